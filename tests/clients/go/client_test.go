// The module against a TLS gateway and the simulator, which TEST_* and FALCON_GATEWAY_* name.
package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"reflect"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	falcongateway "MODULE"
	pb "MODULE/v1"
)

const detections = 2000

var background = context.Background()

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func expect(t *testing.T, got, want interface{}) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func control(t *testing.T, method, path, body string) string {
	t.Helper()
	request, err := http.NewRequest(method, os.Getenv("TEST_CONTROL")+"/"+path, strings.NewReader(body))
	check(t, err)
	response, err := http.DefaultClient.Do(request)
	check(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	check(t, err)
	expect(t, response.StatusCode, 200)
	return string(text)
}

func fault(t *testing.T, body string) {
	control(t, "POST", "simulator/faults", body)
	t.Cleanup(func() { control(t, "DELETE", "simulator/faults", "") })
}

func connect(t *testing.T, options falcongateway.Options) *falcongateway.Client {
	t.Helper()
	client, err := falcongateway.NewClient(options)
	check(t, err)
	t.Cleanup(func() { client.Close() })
	return client
}

func hostNamed(name string) *pb.GetHostRequest {
	return &pb.GetHostRequest{Host: &pb.GetHostRequest_Hostname{Hostname: name}}
}

func failure(t *testing.T, err error) *falcongateway.Error {
	t.Helper()
	var failed *falcongateway.Error
	if !errors.As(err, &failed) {
		t.Fatalf("no Error: %v", err)
	}
	return failed
}

type next[R any] interface{ Next() (R, error) }

// The rest of the records; `each` is called with their count after every one.
func all[R any](t *testing.T, records next[R], each func(int)) []R {
	t.Helper()
	var found []R
	for {
		record, err := records.Next()
		if err == falcongateway.Done {
			return found
		}
		check(t, err)
		found = append(found, record)
		if each != nil {
			each(len(found))
		}
	}
}

func expectEachOnce(t *testing.T, records []*pb.Detection) {
	t.Helper()
	ids := map[string]bool{}
	for _, record := range records {
		ids[record.CompositeId] = true
	}
	expect(t, []int{len(records), len(ids)}, []int{detections, detections})
}

func TestIteratorReturnsTheRecordsOfAllPages(t *testing.T) {
	client := connect(t, falcongateway.Options{})
	expectEachOnce(t, all[*pb.Detection](t, client.ListDetections(background, &pb.ListDetectionsRequest{PageSize: 900}), nil))
}

func TestThousandLookupsInFlightReturnTheirHosts(t *testing.T) {
	client := connect(t, falcongateway.Options{Timeout: time.Minute})
	hosts := all[*pb.Host](t, client.ListHosts(background, &pb.ListHostsRequest{PageSize: 1000}), nil)[:1000]
	var running sync.WaitGroup
	for _, host := range hosts {
		running.Add(1)
		go func(id string) {
			defer running.Done()
			answer, err := client.GetHost(background, &pb.GetHostRequest{Host: &pb.GetHostRequest_DeviceId{DeviceId: id}})
			if err != nil || answer.Host.DeviceId != id {
				t.Errorf("%s: %v, %v", id, answer, err)
			}
		}(host.DeviceId)
	}
	running.Wait()
}

func TestBatchBeyondTheBoundIsSplitAndKeepsItsOrder(t *testing.T) {
	client := connect(t, falcongateway.Options{})
	var ids []string
	for _, host := range all[*pb.DiscoveredHost](t, client.ListDiscoveredHosts(background, &pb.ListDiscoveredHostsRequest{PageSize: 1000}), nil) {
		ids = append(ids, host.Id)
	}
	sort.Strings(ids)
	unknown := ids[0][:33] + strings.Repeat("0", 32)
	control(t, "DELETE", "simulator/ledger", "")
	answer, err := client.BatchGetDiscoveredHosts(background, &pb.BatchGetDiscoveredHostsRequest{Ids: append(append([]string{}, ids...), unknown, ids[0])})
	check(t, err)
	var found []string
	for _, host := range answer.Hosts {
		found = append(found, host.Id)
	}
	expect(t, found, ids)
	expect(t, len(answer.Missing), 1)
	expect(t, answer.Missing[0].Id, unknown)
	var ledger struct{ Counts map[string]int32 }
	check(t, json.Unmarshal([]byte(control(t, "GET", "simulator/ledger", "")), &ledger))
	calls := int32(0)
	for name, count := range ledger.Counts {
		if !strings.Contains(name, "oauth2") {
			calls += count
		}
	}
	expect(t, answer.ReadInfo.UpstreamCalls, calls)
}

func TestExportReturnsEachRecordOnceAcrossRestartsOfTheGateway(t *testing.T) {
	fault(t, `{"kind": "latency", "path": "/alerts", "ms": 50, "times": 0}`)
	export := connect(t, falcongateway.Options{}).ExportDetections(background, &pb.ExportDetectionsRequest{BatchSize: 100})
	expectEachOnce(t, all[*pb.Detection](t, export, func(count int) {
		if count == 300 || count == 1200 {
			control(t, "POST", "restart", "")
		}
	}))
}

func TestTokenOfAnExportResumesBehindWhatWasRead(t *testing.T) {
	client := connect(t, falcongateway.Options{})
	export := client.ExportDetections(background, &pb.ExportDetectionsRequest{BatchSize: 100})
	var seen []*pb.Detection
	for len(seen) < 250 {
		record, err := export.Next()
		check(t, err)
		seen = append(seen, record)
	}
	rest := client.ExportDetections(background, &pb.ExportDetectionsRequest{ResumeToken: export.ResumeToken()})
	expectEachOnce(t, append(seen[:200], all[*pb.Detection](t, rest, nil)...)) // the third batch is not done with
}

func TestExportFailsOnceRetryForHasPassedAndWhenItIsCancelled(t *testing.T) {
	nobody := connect(t, falcongateway.Options{Address: "127.0.0.1:1", RetryFor: -1})
	_, err := nobody.ExportHosts(background, &pb.ExportHostsRequest{}).Next()
	expect(t, status.Code(err), codes.Unavailable)
	cancelled, cancel := context.WithCancel(background)
	cancel()
	_, err = connect(t, falcongateway.Options{}).ExportHosts(cancelled, &pb.ExportHostsRequest{}).Next()
	expect(t, failure(t, err).Code, codes.Canceled)
}

func TestInvalidRequestNamesItsFieldsAndTheCorrectedFilter(t *testing.T) {
	filter := &pb.DetectionFilter{CreatedTime: &pb.DetectionFilter_Days{Days: 900}, Fql: "severty:>60"}
	_, err := connect(t, falcongateway.Options{}).ListDetections(background, &pb.ListDetectionsRequest{Filter: filter}).Next()
	failed := failure(t, err)
	expect(t, []interface{}{failed.Code, failed.Reason}, []interface{}{codes.InvalidArgument, "INVALID_FIELD"})
	expect(t, []string{failed.Violations[0].Field, failed.Violations[1].Field}, []string{"filter.days", "filter.fql"})
	expect(t, failed.CorrectedFilter(), "severity:>60")
}

func TestUnknownRecordIsNotFound(t *testing.T) {
	_, err := connect(t, falcongateway.Options{}).GetHost(background, hostNamed("no-such-host"))
	expect(t, []interface{}{status.Code(err), failure(t, err).Reason}, []interface{}{codes.NotFound, "NOT_FOUND"})
}

func TestMissingScopeIsTold(t *testing.T) {
	fault(t, `{"kind": "forbidden", "path": "/devices", "times": 0}`)
	_, err := connect(t, falcongateway.Options{}).ListHosts(background, &pb.ListHostsRequest{}).Next()
	failed := failure(t, err)
	expect(t, []interface{}{failed.Reason, failed.RequiredScopes()}, []interface{}{"SCOPE_MISSING", []string{"Hosts:read"}})
	several := falcongateway.Error{Metadata: map[string]string{"required_scopes": "Real time response:read, Hosts:read"}}
	expect(t, several.RequiredScopes(), []string{"Real time response:read", "Hosts:read"})
}

func TestCallThatIsCancelledBetweenAttemptsIsCancelled(t *testing.T) {
	cancelled, cancel := context.WithCancel(background)
	time.AfterFunc(100*time.Millisecond, cancel) // the first wait takes 250 ms or more
	_, err := connect(t, falcongateway.Options{Address: "127.0.0.1:1"}).GetStatus(cancelled, &pb.GetStatusRequest{})
	expect(t, status.Code(err), codes.Canceled)
}

func TestCallIsMadeAgainWhileTheGatewaySaysThatItMaySucceed(t *testing.T) {
	fault(t, `{"kind": "status", "path": "/devices", "code": 503, "times": 4}`) // one more than the gateway retries
	answer, err := connect(t, falcongateway.Options{}).GetHost(background, hostNamed("SRV-PROD-001"))
	check(t, err)
	expect(t, answer.Host.Hostname, "SRV-PROD-001")
}

func TestNegativePushbackForbidsRetries(t *testing.T) {
	t.Setenv("FALCON_GATEWAY_CA_FILE", "")
	refused := connect(t, falcongateway.Options{Address: os.Getenv("TEST_REFUSING_ADDRESS"), Caller: "soar"})
	_, err := refused.GetStatus(background, &pb.GetStatusRequest{})
	expect(t, status.Code(err), codes.Unavailable)
	expect(t, strings.Count(control(t, "GET", "refused", ""), `"falcon-caller": "soar"`), 1)
}

func TestDelayBeyondTheTimeoutIsReturnedWithRetryInfo(t *testing.T) {
	address := control(t, "POST", "gateway", "") // of its own: the budget is closed for all of its callers
	fault(t, `{"kind": "rate_limited", "path": "/devices", "in_seconds": 40}`)
	_, err := connect(t, falcongateway.Options{Address: address, Timeout: 10 * time.Second}).ListHosts(background, &pb.ListHostsRequest{}).Next()
	failed := failure(t, err)
	expect(t, []interface{}{failed.Code, failed.Reason, failed.Retryable()}, []interface{}{codes.ResourceExhausted, "RATE_LIMITED", true})
	expect(t, failed.RetryDelay > 10*time.Second, true)
}

func TestMutualTLSNeedsAClientCertificate(t *testing.T) {
	mutual := falcongateway.Options{Address: os.Getenv("TEST_MUTUAL_ADDRESS"), Timeout: time.Second}
	_, err := connect(t, mutual).GetStatus(background, &pb.GetStatusRequest{})
	failure(t, err)
	mutual.CertFile = os.Getenv("TEST_CERT_FILE")
	if _, err := falcongateway.NewClient(mutual); err == nil {
		t.Error("a certificate without a key is accepted")
	}
	mutual.KeyFile, mutual.Timeout = os.Getenv("TEST_KEY_FILE"), 0
	answer, err := connect(t, mutual).GetStatus(background, &pb.GetStatusRequest{})
	check(t, err)
	expect(t, answer.Version != "", true)
}

func first[R any](t *testing.T, records next[R]) R {
	t.Helper()
	record, err := records.Next()
	check(t, err)
	return record
}

func TestEachOfTheSevenQuestionsReturnsRecords(t *testing.T) {
	client := connect(t, falcongateway.Options{})
	host, err := client.GetHost(background, hostNamed("srv-prod-001"))
	check(t, err)
	expect(t, host.Host.LocalIp, "192.168.1.100")
	critical, open := []pb.Severity{pb.Severity_SEVERITY_CRITICAL}, pb.VulnerabilityStatus_VULNERABILITY_STATUS_OPEN
	detection := first[*pb.Detection](t, client.ListDetections(background, &pb.ListDetectionsRequest{Filter: &pb.DetectionFilter{
		CreatedTime: &pb.DetectionFilter_Days{Days: 7}, Severities: critical, Hostname: "srv-prod-001"}}))
	expect(t, []interface{}{detection.Severity, detection.Device.Hostname}, []interface{}{critical[0], "SRV-PROD-001"})
	ioc := first[*pb.Ioc](t, client.ListIocs(background, &pb.ListIocsRequest{Filter: &pb.IocFilter{
		CreatedOnTime: &pb.IocFilter_Days{Days: 30}, Types: []pb.IocType{pb.IocType_IOC_TYPE_SHA256}, Severities: critical}}))
	expect(t, []interface{}{ioc.Type, ioc.Severity}, []interface{}{pb.IocType_IOC_TYPE_SHA256, critical[0]})
	vulnerability := first[*pb.Vulnerability](t, client.ListVulnerabilities(background, &pb.ListVulnerabilitiesRequest{Filter: &pb.VulnerabilityFilter{
		CreatedTime: &pb.VulnerabilityFilter_Days{Days: 60}, Statuses: []pb.VulnerabilityStatus{open}, Hostname: "SRV-PROD-001"}}))
	expect(t, vulnerability.Status, open)
	incident := first[*pb.Incident](t, client.ListIncidents(background, &pb.ListIncidentsRequest{Filter: &pb.IncidentFilter{
		CreatedTime: &pb.IncidentFilter_Days{Days: 30}, Severities: critical}}))
	expect(t, incident.Severity, critical[0])
	session := first[*pb.RtrSession](t, client.ListRtrSessions(background, &pb.ListRtrSessionsRequest{Filter: &pb.RtrSessionFilter{
		CreatedTime: &pb.RtrSessionFilter_Days{Days: 7}, Statuses: []pb.RtrSessionStatus{pb.RtrSessionStatus_RTR_SESSION_STATUS_ACTIVE}}}))
	expect(t, session.DeletedAt == nil, true)
	asset := first[*pb.DiscoveredHost](t, client.ListDiscoveredHosts(background, &pb.ListDiscoveredHostsRequest{Filter: &pb.DiscoveredHostFilter{
		LastSeenTime: &pb.DiscoveredHostFilter_Days{Days: 30}, Statuses: []pb.EntityType{pb.EntityType_ENTITY_TYPE_UNMANAGED}}}))
	expect(t, asset.EntityType, pb.EntityType_ENTITY_TYPE_UNMANAGED)
}

func TestUnsafeTextIsEscapedWhereAPersonReadsIt(t *testing.T) {
	expect(t, falcongateway.Escape("a\x1b[2J\u202eb\nforged \U000e0041\x9b\ufffd"), `a\u{001B}[2J\u{202E}b\u{000A}forged \u{E0041}\x{9B}`+"\ufffd")
	expect(t, strings.Contains((&falcongateway.Error{Message: "a\nb"}).Error(), "\n"), false)
}
