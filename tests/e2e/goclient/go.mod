module goclient

go 1.18
