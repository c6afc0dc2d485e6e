// A beacon: says that it is alive, and what its surroundings tell it.
package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"os/user"
	"syscall"
	"time"
)

func answer(get func() (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		value, err := get()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		json.NewEncoder(w).Encode(value)
	}
}

func main() {
	http.Handle("/", answer(func() (any, error) { return map[string]bool{"alive": true}, nil }))
	http.Handle("/sydney", answer(func() (any, error) {
		zone, err := time.LoadLocation("Australia/Sydney")
		if err != nil {
			return nil, err
		}
		return time.Now().In(zone).Format(time.RFC3339), nil
	}))
	http.Handle("/user", answer(func() (any, error) { return user.Lookup("backup") }))
	http.Handle("/authorities", answer(func() (any, error) {
		pool, err := x509.SystemCertPool()
		if err != nil {
			return nil, err
		}
		return len(pool.Subjects()) > 50, nil
	}))
	http.Handle("/port", answer(func() (any, error) { return net.LookupPort("tcp", "ldaps") }))

	server := &http.Server{Addr: ":8085"}
	stopped, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() { <-stopped.Done(); server.Shutdown(context.Background()) }()
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		log.Fatal(err)
	}
}
