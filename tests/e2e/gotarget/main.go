// A program that serves its profiles with net/http/pprof, as most Go services do: it burns a little CPU, allocates and
// contends. /work?n=N makes N allocations of 64 KB at once and answers when they are done. With -user basic
// authentication is asked for, with -token a bearer token, with -cert TLS, with -ca also a client's certificate.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"runtime"
	"strconv"
	"sync"
	"time"
)

var (
	kept []byte
	lock sync.Mutex
)

//go:noinline
func allocateForTest(n int) {
	for i := 0; i < n; i++ {
		kept = make([]byte, 64<<10)
	}
}

//go:noinline
func burnForTest(until time.Time) (sum int) {
	for time.Now().Before(until) {
		for i := 0; i < 10000; i++ {
			sum += i * i
		}
	}
	return sum
}

func contend() {
	for {
		lock.Lock()
		time.Sleep(time.Millisecond)
		lock.Unlock()
	}
}

func guarded(user, password, token string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, word, _ := r.BasicAuth()
		if (user != "" && (name != user || word != password)) ||
			(token != "" && r.Header.Get("Authorization") != "Bearer "+token) {
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		http.DefaultServeMux.ServeHTTP(w, r)
	})
}

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "")
	user := flag.String("user", "", "")
	password := flag.String("password", "", "")
	token := flag.String("token", "", "")
	cert := flag.String("cert", "", "")
	key := flag.String("key", "", "")
	ca := flag.String("ca", "", "")
	flag.Parse()

	runtime.MemProfileRate = 1
	runtime.SetBlockProfileRate(1)
	runtime.SetMutexProfileFraction(1)
	go contend()
	go contend()
	go func() {
		for {
			burnForTest(time.Now().Add(5 * time.Millisecond))
			time.Sleep(45 * time.Millisecond)
		}
	}()
	http.HandleFunc("/work", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.FormValue("n"))
		allocateForTest(n)
		runtime.GC() // a profile of allocations is as of the last but one
		runtime.GC()
		fmt.Fprintln(w, n)
	})

	l, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Handler: guarded(*user, *password, *token)}
	if *cert == "" {
		log.Fatal(server.Serve(l))
	}
	if *ca != "" {
		pem, err := os.ReadFile(*ca)
		if err != nil {
			log.Fatal(err)
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(pem)
		server.TLSConfig = &tls.Config{ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert}
	}
	log.Fatal(server.ServeTLS(l, *cert, *key))
}
