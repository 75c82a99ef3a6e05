package falcongateway

import (
	"context"
	"errors"
	"io"
	"math/rand"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	options "MODULE/options/v1"
)

// Done is returned by Next behind the last record.
var Done = errors.New("no more records")

const (
	maxAttempts     = 5
	firstDelay      = 500 * time.Millisecond
	maxDelay        = 8 * time.Second
	defaultMaxItems = 1000
)

// How long to wait after so many failures in a row, at least as long as the server told. Clients that failed together spread.
func delayAfter(failures int, last *Error) time.Duration {
	if last.delayTold {
		return last.RetryDelay + time.Duration(float64(last.RetryDelay)*0.1*rand.Float64())
	}
	delay := maxDelay
	if failures < 5 {
		delay = firstDelay << failures
	}
	if delay > maxDelay {
		delay = maxDelay
	}
	return time.Duration(float64(delay) * (0.5 + 0.5*rand.Float64()))
}

func sleep(ctx context.Context, delay time.Duration) error {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return errorFrom(status.FromContextError(ctx.Err()).Err(), nil)
	case <-timer.C:
		return nil
	}
}

// Makes the call, again where the gateway says that this may help, until the context's deadline or the client's timeout.
func unary[P proto.Message](ctx context.Context, c *Client, path string, request proto.Message, response P) (P, error) {
	var none P
	if _, limited := ctx.Deadline(); !limited {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.options.Timeout)
		defer cancel()
	}
	for failures := 0; ; failures++ {
		var trailers metadata.MD
		err := c.connection.Invoke(c.named(ctx), path, request, response, grpc.Trailer(&trailers))
		if err == nil {
			return response, nil
		}
		failure := errorFrom(err, trailers)
		delay := delayAfter(failures, failure)
		end, _ := ctx.Deadline()
		if !failure.Retryable() || failures+1 == maxAttempts || time.Now().Add(delay).After(end) {
			return none, failure
		}
		if err := sleep(ctx, delay); err != nil {
			return none, err
		}
	}
}

// Iterator reads the records of a list page by page; each page is asked for when it is needed.
type Iterator[R any] struct {
	next    func(token string) ([]R, string, error)
	records []R
	token   string
	started bool
	err     error
}

// Next returns the next record, or Done behind the last one.
func (i *Iterator[R]) Next() (R, error) {
	var none R
	for len(i.records) == 0 {
		if i.err == nil && i.started && i.token == "" {
			i.err = Done
		}
		if i.err != nil {
			return none, i.err
		}
		i.started = true
		i.records, i.token, i.err = i.next(i.token)
	}
	record := i.records[0]
	i.records = i.records[1:]
	return record, nil
}

type page interface {
	proto.Message
	GetNextPageToken() string
}

func pages[P page, R any](ctx context.Context, c *Client, path string, request proto.Message, empty func() P, records func(P) []R) *Iterator[R] {
	request = proto.Clone(request)
	first := textOf(request, "page_token")
	return &Iterator[R]{next: func(token string) ([]R, string, error) {
		if token == "" {
			token = first
		}
		setText(request, "page_token", token)
		response, err := unary(ctx, c, path, request, empty())
		if err != nil {
			return nil, "", err
		}
		return records(response), response.GetNextPageToken(), nil
	}}
}

// Export reads the records of an export, each once. A stream that breaks is resumed.
type Export[R any] struct {
	open        func(token string) (func() ([]R, string, error), error)
	retryFor    time.Duration
	ctx         context.Context
	stream      func() ([]R, string, error)
	records     []R
	token       string // behind the records that have been returned
	pending     string // behind `records`
	received    bool
	failures    int
	brokenSince time.Time
	err         error
}

// ResumeToken goes on behind the batches that have been read: the resume_token of a later request with the same filter.
func (e *Export[R]) ResumeToken() string {
	if len(e.records) == 0 {
		return e.pending
	}
	return e.token
}

// Next returns the next record, or Done behind the last one. Cancel the context to end the export before.
func (e *Export[R]) Next() (R, error) {
	var none R
	for len(e.records) == 0 {
		e.token = e.pending
		if e.err != nil {
			return none, e.err
		}
		e.err = e.read()
	}
	record := e.records[0]
	e.records = e.records[1:]
	return record, nil
}

// One batch more, or a wait before the next stream.
func (e *Export[R]) read() error {
	var err error
	if e.stream == nil {
		e.stream, err = e.open(e.token)
	}
	if err == nil {
		var batch []R
		var token string
		if batch, token, err = e.stream(); err == nil {
			e.records, e.pending, e.received, e.failures = batch, token, true, 0
			return nil
		}
	}
	if err == io.EOF {
		return Done
	}
	e.stream = nil
	return e.waitAfter(err.(*Error))
}

// Waits until a stream may be opened again. Returns an error if the export cannot go on.
func (e *Export[R]) waitAfter(failure *Error) error {
	// A gateway that stops resets its streams, which is told in several ways.
	reset := failure.Reason == "" && (failure.Code == codes.Canceled || strings.Contains(failure.Message, "RST_STREAM"))
	if e.failures == 0 {
		e.brokenSince = time.Now()
	}
	e.failures++
	delay := delayAfter(e.failures, failure)
	restarts := e.received && e.token == "" // its records would come twice
	late := time.Now().Add(delay).After(e.brokenSince.Add(e.retryFor))
	if !(failure.Retryable() || reset) || restarts || late {
		return failure
	}
	return sleep(e.ctx, delay)
}

type resumable interface {
	proto.Message
	GetResumeToken() string
}

func export[P resumable, R any](ctx context.Context, c *Client, path string, request proto.Message, empty func() P, records func(P) []R) *Export[R] {
	request = proto.Clone(request)
	open := func(token string) (func() ([]R, string, error), error) {
		setText(request, "resume_token", token)
		stream, err := c.connection.NewStream(c.named(ctx), &grpc.StreamDesc{ServerStreams: true}, path)
		if err == nil {
			if err = stream.SendMsg(request); err == nil || err == io.EOF {
				err = stream.CloseSend()
			}
		}
		if err != nil {
			return nil, errorFrom(err, nil)
		}
		return func() ([]R, string, error) {
			batch := empty()
			if err := stream.RecvMsg(batch); err == io.EOF {
				return nil, "", err
			} else if err != nil {
				return nil, "", errorFrom(err, stream.Trailer())
			}
			return records(batch), batch.GetResumeToken(), nil
		}, nil
	}
	token := textOf(request, "resume_token")
	return &Export[R]{open: open, retryFor: c.options.RetryFor, ctx: ctx, token: token, pending: token}
}

// Asks for as many ids as the gateway takes at once, and joins the responses.
func batch[P proto.Message](ctx context.Context, c *Client, path string, request proto.Message, empty func() P) (P, error) {
	request = proto.Clone(request)
	field := request.ProtoReflect().Descriptor().Fields().Get(0)
	most := defaultMaxItems
	if bounds, ok := proto.GetExtension(field.Options(), options.E_Bounds).(*options.Bounds); ok && bounds.GetMaxItems() > 0 {
		most = int(bounds.GetMaxItems())
	}
	ids := textsOf(request, field)
	if len(ids) > most {
		ids = withoutRepetition(ids) // the gateway answers a repeated id once
	}
	whole := empty()
	for {
		size := len(ids)
		if size > most {
			size = most
		}
		setTexts(request, field, ids[:size])
		part, err := unary(ctx, c, path, request, empty())
		if err != nil {
			var none P
			return none, err
		}
		ids = append(deferredIDs(part, size), ids[size:]...)
		join(whole, part)
		if len(ids) == 0 {
			return whole, nil
		}
	}
}

// The ids beyond the size limit of a response, which are asked for again, unless that would be no progress.
func deferredIDs(response proto.Message, asked int) []string {
	info := readInfoOf(response)
	if info == nil {
		return nil
	}
	field := info.Descriptor().Fields().ByName("deferred_ids")
	ids := textsOf(info.Interface(), field)
	if len(ids) >= asked {
		return nil
	}
	info.Clear(field)
	return ids
}

// Adds `part` to `whole`. Counts of read_info add up, instead of the last one winning.
func join(whole, part proto.Message) {
	if all, info := readInfoOf(whole), readInfoOf(part); all != nil && info != nil {
		for _, name := range []protoreflect.Name{"upstream_calls", "skipped_values"} {
			field := info.Descriptor().Fields().ByName(name)
			sum := all.Get(field).Int() + info.Get(field).Int()
			if field.Kind() == protoreflect.Int32Kind {
				info.Set(field, protoreflect.ValueOfInt32(int32(sum)))
			} else {
				info.Set(field, protoreflect.ValueOfInt64(sum))
			}
		}
	}
	proto.Merge(whole, part)
}

func readInfoOf(response proto.Message) protoreflect.Message {
	field := response.ProtoReflect().Descriptor().Fields().ByName("read_info")
	if field == nil {
		return nil
	}
	return response.ProtoReflect().Mutable(field).Message()
}

func textOf(message proto.Message, name protoreflect.Name) string {
	return message.ProtoReflect().Get(message.ProtoReflect().Descriptor().Fields().ByName(name)).String()
}

func setText(message proto.Message, name protoreflect.Name, text string) {
	message.ProtoReflect().Set(message.ProtoReflect().Descriptor().Fields().ByName(name), protoreflect.ValueOfString(text))
}

func textsOf(message proto.Message, field protoreflect.FieldDescriptor) []string {
	list := message.ProtoReflect().Get(field).List()
	texts := make([]string, list.Len())
	for i := range texts {
		texts[i] = list.Get(i).String()
	}
	return texts
}

func setTexts(message proto.Message, field protoreflect.FieldDescriptor, texts []string) {
	message.ProtoReflect().Clear(field)
	list := message.ProtoReflect().Mutable(field).List()
	for _, text := range texts {
		list.Append(protoreflect.ValueOfString(text))
	}
}

func withoutRepetition(ids []string) []string {
	seen := map[string]bool{}
	var once []string
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			once = append(once, id)
		}
	}
	return once
}
