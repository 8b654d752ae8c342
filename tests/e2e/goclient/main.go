// Profiles of this very process, made by Go's own runtime and sent as profefe's agent sends them: parameters sorted,
// labels escaped twice, no Content-Type, a known length, one connection. Standard library only.
//
//	goclient URL SERVICE KEY VALUE [KEY VALUE]...
//
// Prints "TYPE BYTES" for each profile that was answered with 200.
package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"time"
)

func send(collector, service, labels, kind string, body *bytes.Buffer) {
	query := url.Values{"service": {service}, "type": {kind}, "labels": {labels}}
	size := body.Len()
	request, err := http.NewRequest("POST", collector+"/api/0/profiles?"+query.Encode(), body)
	if err != nil {
		fail(kind, err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		fail(kind, err)
	}
	answer, _ := io.ReadAll(response.Body)
	response.Body.Close()
	if response.StatusCode != 200 {
		fail(kind, fmt.Errorf("%s: %s", response.Status, answer))
	}
	fmt.Println(kind, size)
}

func fail(what string, err error) {
	fmt.Fprintln(os.Stderr, what, err)
	os.Exit(1)
}

func busy(until time.Time) (sum int) {
	for time.Now().Before(until) {
		for i := 0; i < 100000; i++ {
			sum += i * i
		}
	}
	return sum
}

func main() {
	var pairs []string
	for i := 3; i+1 < len(os.Args); i += 2 {
		pairs = append(pairs, url.QueryEscape(os.Args[i])+"="+url.QueryEscape(os.Args[i+1]))
	}
	collector, service, labels := os.Args[1], os.Args[2], strings.Join(pairs, ",")
	runtime.SetBlockProfileRate(0)

	var body bytes.Buffer
	if err := pprof.StartCPUProfile(&body); err != nil {
		fail("cpu", err)
	}
	runtime.KeepAlive(busy(time.Now().Add(300 * time.Millisecond)))
	pprof.StopCPUProfile()
	send(collector, service, labels, "cpu", &body)

	held := make([][]byte, 64)
	for i := range held {
		held[i] = make([]byte, 1<<20)
	}
	for _, kind := range []string{"heap", "block", "mutex", "goroutine", "threadcreate"} {
		body = bytes.Buffer{}
		if kind == "heap" {
			runtime.GC()
		}
		if err := pprof.Lookup(kind).WriteTo(&body, 0); err != nil {
			fail(kind, err)
		}
		send(collector, service, labels, kind, &body)
	}
	runtime.KeepAlive(held)
}
