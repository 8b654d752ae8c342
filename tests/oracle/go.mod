module oracle

go 1.19

require github.com/google/pprof v0.0.0-20240409012703-83162a5b38cd

require github.com/ianlancetaylor/demangle v0.0.0-20240312041847-bd984b5ce465 // indirect
