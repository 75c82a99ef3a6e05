package falcongateway

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// Violation is a wrong field of the request, by its path there; or a quota that is spent.
type Violation struct {
	Field, Description string
}

// Error is a call that failed: what the gateway's status and its google.rpc details say. Text is as it came; Error() shows it escaped.
type Error struct {
	Code    codes.Code
	Message string
	// A value of ErrorReason without its prefix: "FQL_INVALID". Empty if the gateway did not answer.
	Reason string
	// Facts such as trace_id and http_status; errors.proto lists them.
	Metadata   map[string]string
	Violations []Violation
	Quotas     []Violation
	// After this time the same call may succeed, as far as the server told.
	RetryDelay time.Duration
	// The server forbids retries, whatever the code says.
	RetryForbidden bool

	delayTold bool
	status    *status.Status
}

// GRPCStatus lets status.Code and status.FromError read the error.
func (e *Error) GRPCStatus() *status.Status { return e.status }

// CorrectedFilter is `filter.fql` with every mistake corrected; empty if the gateway knows none.
func (e *Error) CorrectedFilter() string { return e.Metadata["corrected_filter"] }

// RequiredScopes are the API scopes that the gateway's credentials lack. Names of scopes have blanks.
func (e *Error) RequiredScopes() []string {
	var scopes []string
	for _, scope := range strings.Split(e.Metadata["required_scopes"], ",") {
		if scope = strings.TrimSpace(scope); scope != "" {
			scopes = append(scopes, scope)
		}
	}
	return scopes
}

// Retryable says whether the same call may succeed later.
func (e *Error) Retryable() bool {
	if e.RetryForbidden || e.Reason == "CURSOR_EXPIRED" { // a list whose cursor expired starts over
		return false
	}
	if e.Reason != "" {
		return e.Metadata["retryable"] == "true"
	}
	return e.Code == codes.Unavailable || e.delayTold
}

func (e *Error) Error() string {
	text, name := e.Message, e.Reason
	if text == "" {
		text = "The call failed."
	}
	if name == "" {
		name = e.Code.String()
	}
	lines := []string{fmt.Sprintf("%s (%s)", text, name)}
	for _, violation := range append(append([]Violation{}, e.Violations...), e.Quotas...) {
		if !strings.Contains(e.Message, violation.Description) {
			lines = append(lines, fmt.Sprintf("  %s: %s", violation.Field, violation.Description))
		}
	}
	for _, fact := range [][2]string{{"Falcon's message", "upstream_text"}, {"Corrected filter", "corrected_filter"},
		{"Missing API scopes", "required_scopes"}} {
		if text := e.Metadata[fact[1]]; text != "" {
			lines = append(lines, fmt.Sprintf("  %s: %s", fact[0], text))
		}
	}
	if e.Code == codes.Unavailable && e.Reason == "" {
		lines = append(lines, "  Is a gateway running at the client's address, and does it use TLS as this client does?")
	}
	for i := range lines {
		lines[i] = Escape(lines[i])
	}
	return strings.Join(lines, "\n")
}

// Details that cannot be read are left out: the status itself always arrives.
func errorFrom(err error, trailers metadata.MD) *Error {
	told := status.Convert(err)
	e := &Error{Code: told.Code(), Message: told.Message(), status: told}
	for _, detail := range told.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			e.Reason, e.Metadata = detail.Reason, detail.Metadata
		case *errdetails.BadRequest:
			for _, one := range detail.FieldViolations {
				e.Violations = append(e.Violations, Violation{one.Field, one.Description})
			}
		case *errdetails.QuotaFailure:
			for _, one := range detail.Violations {
				e.Quotas = append(e.Quotas, Violation{one.Subject, one.Description})
			}
		case *errdetails.RetryInfo:
			delay := detail.GetRetryDelay()
			e.RetryDelay, e.delayTold = time.Duration(delay.GetSeconds())*time.Second+time.Duration(delay.GetNanos()), true
		}
	}
	if pushback := trailers.Get("grpc-retry-pushback-ms"); len(pushback) > 0 {
		// Negative, or none that gRPC knows: both forbid a retry.
		ms, err := strconv.ParseUint(pushback[0], 10, 31)
		e.RetryForbidden, e.delayTold = err != nil, e.delayTold || err == nil
		if delay := time.Duration(ms) * time.Millisecond; delay > e.RetryDelay {
			e.RetryDelay = delay
		}
	}
	return e
}

// What can steer a terminal or deceive a reader: controls, line separators, bidirectional and invisible characters, noncharacters. Bytes
// that are no UTF-8 match as U+FFFD.
var unsafe = regexp.MustCompile("[\\x00-\\x1f\\x7f-\\x{9f}\\x{ad}\\x{34f}\\x{61c}\\x{115f}\\x{1160}\\x{17b4}\\x{17b5}\\x{180b}-\\x{180f}" +
	"\\x{200b}-\\x{200f}\\x{2028}-\\x{202e}\\x{2060}-\\x{206f}\\x{2800}\\x{3164}\\x{fdd0}-\\x{fdef}\\x{fe00}-\\x{fe0f}\\x{feff}\\x{ffa0}" +
	"\\x{fff0}-\\x{fffb}\\x{fffd}-\\x{ffff}\\x{13430}-\\x{1343f}\\x{16fe4}\\x{1bca0}-\\x{1bca3}\\x{1d159}\\x{1d173}-\\x{1d17a}" +
	"\\x{e0000}-\\x{e0fff}" + lastOfPlanes() + "]")

// The two noncharacters at the end of each plane.
func lastOfPlanes() string {
	var all strings.Builder
	for plane := 1; plane <= 16; plane++ {
		fmt.Fprintf(&all, "\\x{%x}\\x{%x}", plane<<16|0xfffe, plane<<16|0xffff)
	}
	return all.String()
}

// Escape shows unsafe characters as \u{XXXX}, and bytes that are no UTF-8 as \x{XX}. Nothing is dropped or cut.
func Escape(text string) string {
	return unsafe.ReplaceAllStringFunc(text, func(found string) string {
		character, size := utf8.DecodeRuneInString(found)
		if character != utf8.RuneError {
			return fmt.Sprintf("\\u{%04X}", character)
		}
		if size == 1 {
			return fmt.Sprintf("\\x{%02X}", found[0])
		}
		return found
	})
}
