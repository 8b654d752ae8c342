// A Go program that profiles itself and sends the profiles as profefe's Go agent does: the same requests, the same order
// of a round, the same pauses and retries. It is written anew from how that agent behaves on the wire, because the agent's
// own module cannot be fetched everywhere. Standard library only.
//
//	goclient URL SERVICE KEY VALUE [KEY VALUE]...
//
// GOCLIENT_SECOND is what a second of the agent's takes ("1ms"); GOCLIENT_ROUNDS the number of rounds (1). The program
// begins to have something for block and mutex profiles after its first round, as one that turns them on late.
package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"time"
)

const attempts = 10

var second = time.Second

type agent struct {
	collector, service, labels string
}

func (a *agent) post(kind string, body []byte) (retry bool, err error) {
	query := url.Values{"service": {a.service}, "type": {kind}, "labels": {a.labels}}
	request, err := http.NewRequest(http.MethodPost, a.collector+"/api/0/profiles?"+query.Encode(), bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return true, err
	}
	defer response.Body.Close()
	answer, _ := io.ReadAll(response.Body)
	if response.StatusCode >= 500 {
		return true, fmt.Errorf("collector responded with %s: %s", response.Status, answer)
	}
	if response.StatusCode >= 400 {
		return false, fmt.Errorf("bad request: collector responded with %s: %s", response.Status, answer)
	}
	return false, nil
}

// Network errors and 5xx are tried again, 5 s later and 5 s more each time, two minutes at most; 4xx are not.
func (a *agent) send(kind string, body []byte) {
	for attempt := 1; ; attempt++ {
		retry, err := a.post(kind, body)
		if err == nil {
			fmt.Println(kind, len(body), attempt)
			return
		}
		if !retry || attempt == attempts {
			fmt.Fprintln(os.Stderr, "[FAIL] unable to send profiles:", err)
			return
		}
		fmt.Fprintln(os.Stderr, "[RETRY]", err)
		pause := 5 * attempt
		if pause > 120 {
			pause = 120
		}
		time.Sleep(time.Duration(pause) * second)
	}
}

func collect(kind string, body *bytes.Buffer) error {
	switch kind {
	case "cpu":
		if err := pprof.StartCPUProfile(body); err != nil {
			return err
		}
		runtime.KeepAlive(busy(time.Now().Add(300 * time.Millisecond)))
		pprof.StopCPUProfile()
		return nil
	case "heap":
		return pprof.WriteHeapProfile(body)
	}
	return pprof.Lookup(kind).WriteTo(body, 0)
}

func (a *agent) round() {
	for _, kind := range []string{"cpu", "heap", "block", "mutex", "goroutine", "threadcreate"} {
		time.Sleep(time.Duration(1+rand.Intn(9)) * second)
		var body bytes.Buffer
		if err := collect(kind, &body); err != nil {
			fmt.Fprintln(os.Stderr, "[FAIL]", kind, err)
			continue
		}
		a.send(kind, body.Bytes())
	}
}

// --- what is profiled ---

func busy(until time.Time) (sum int) {
	for time.Now().Before(until) {
		for i := 0; i < 100000; i++ {
			sum += i * i
		}
	}
	return sum
}

func contend() {
	runtime.SetBlockProfileRate(1)
	runtime.SetMutexProfileFraction(1)
	var lock sync.Mutex
	var all sync.WaitGroup
	for i := 0; i < 4; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for k := 0; k < 5; k++ {
				lock.Lock()
				time.Sleep(time.Millisecond)
				lock.Unlock()
			}
		}()
	}
	all.Wait()
}

func main() {
	var pairs []string
	for i := 3; i+1 < len(os.Args); i += 2 {
		pairs = append(pairs, url.QueryEscape(os.Args[i])+"="+url.QueryEscape(os.Args[i+1]))
	}
	if length, err := time.ParseDuration(os.Getenv("GOCLIENT_SECOND")); err == nil {
		second = length
	}
	rounds, err := strconv.Atoi(os.Getenv("GOCLIENT_ROUNDS"))
	if err != nil {
		rounds = 1
	}
	held := make([][]byte, 64)
	for i := range held {
		held[i] = make([]byte, 1<<20)
	}
	runtime.GC()

	a := agent{os.Args[1], os.Args[2], strings.Join(pairs, ",")}
	for i := 0; i < rounds; i++ {
		if i > 0 {
			contend()
		}
		a.round()
	}
	runtime.KeepAlive(held)
}
