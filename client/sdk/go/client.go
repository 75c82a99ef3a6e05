// Package falcongateway is a client of falcon-gateway, a read-only gRPC service in front of CrowdStrike Falcon: methods with typed
// requests, iterators over records, exports that resume, and errors that say what to do.
package falcongateway

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
)

// Options say where the gateway is, and how it is called.
type Options struct {
	// HOST:PORT or unix:PATH. Default: FALCON_GATEWAY_ADDRESS, else 127.0.0.1:50051.
	Address string
	// Use TLS; on by itself where a file is given.
	TLS bool
	// PEM file of the authorities to trust. Default: FALCON_GATEWAY_CA_FILE, else the system's.
	CAFile string
	// PEM files of the client certificate and its key, for mutual TLS. Default: FALCON_GATEWAY_CERT_FILE and FALCON_GATEWAY_KEY_FILE.
	CertFile, KeyFile string
	// The name under which the gateway accounts calls without a client certificate.
	Caller string
	// How long a call with one response may take, retries included, if its context has no deadline. Default: 30 s.
	Timeout time.Duration
	// How long an export goes on without progress. Default: 2 min; negative: not at all.
	RetryFor time.Duration
}

// Client has a method for each method of the API. Any number of goroutines may use it.
type Client struct {
	connection *grpc.ClientConn
	options    Options
}

// NewClient returns a client, which connects in the background.
func NewClient(options Options) (*Client, error) {
	options = completed(options)
	transport, err := transportOption(options)
	if err != nil {
		return nil, err
	}
	connection, err := grpc.Dial(options.Address, transport,
		grpc.WithUserAgent("falcon-gateway-client-go/"+version),
		// The gateway bounds its responses.
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(1<<31-1)),
		// A gateway that restarts is found again soon.
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 500 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 5 * time.Second},
			MinConnectTimeout: 5 * time.Second,
		}))
	if err != nil {
		return nil, err
	}
	return &Client{connection, options}, nil
}

// Close ends the connection and the calls under way.
func (c *Client) Close() error { return c.connection.Close() }

func completed(options Options) Options {
	first := func(values ...string) string {
		for _, value := range values {
			if value != "" {
				return value
			}
		}
		return ""
	}
	options.Address = first(options.Address, os.Getenv("FALCON_GATEWAY_ADDRESS"), "127.0.0.1:50051")
	options.CAFile = first(options.CAFile, os.Getenv("FALCON_GATEWAY_CA_FILE"))
	if options.CertFile == "" && options.KeyFile == "" {
		options.CertFile, options.KeyFile = os.Getenv("FALCON_GATEWAY_CERT_FILE"), os.Getenv("FALCON_GATEWAY_KEY_FILE")
	}
	if options.Timeout == 0 {
		options.Timeout = 30 * time.Second
	}
	if options.RetryFor == 0 {
		options.RetryFor = 2 * time.Minute
	}
	return options
}

func transportOption(options Options) (grpc.DialOption, error) {
	if (options.CertFile == "") != (options.KeyFile == "") {
		return nil, errors.New("CertFile and KeyFile go together, as do FALCON_GATEWAY_CERT_FILE and FALCON_GATEWAY_KEY_FILE")
	}
	if !options.TLS && options.CAFile == "" && options.CertFile == "" {
		return grpc.WithInsecure(), nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if options.CAFile != "" {
		pem, err := os.ReadFile(options.CAFile)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s: no certificate in PEM", options.CAFile)
		}
	}
	if options.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(options.CertFile, options.KeyFile)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return grpc.WithTransportCredentials(credentials.NewTLS(config)), nil
}

func (c *Client) named(ctx context.Context) context.Context {
	if c.options.Caller == "" {
		return ctx
	}
	return metadata.AppendToOutgoingContext(ctx, "falcon-caller", c.options.Caller)
}
