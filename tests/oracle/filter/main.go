// Filter compares what view/ leaves of a profile with what `go tool pprof` leaves with the same options. It reads
// cases from standard input, one a line, words escaped as in URLs, and prints a line for each disagreement, then
// "done N". BASE is - if there is none.
//
//	filter OURS NOTES FILE BASE -OPTION=VALUE...    OURS says what -proto says, sample for sample; so do the notes
//	refuse FILE BASE -OPTION=VALUE...               pprof refuses the options
//	raw OURS FILE                                   OURS is the text that -raw gives, byte for byte
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"

	"github.com/google/pprof/profile"
)

var program string // of `go tool pprof`

func pprof(words ...string) (stdout, stderr []byte, err error) {
	var out, complaints bytes.Buffer
	cmd := exec.Command(program, append([]string{"-symbolize=none"}, words...)...)
	cmd.Env = append(os.Environ(), "TZ=UTC", "PPROF_BINARY_PATH=/nowhere")
	cmd.Stdout, cmd.Stderr = &out, &complaints
	err = cmd.Run()
	return out.Bytes(), complaints.Bytes(), err
}

func parse(path string) (*profile.Profile, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return profile.ParseData(data)
}

// Without the mapping that pprof makes up where there is none.
func mappingText(m *profile.Mapping) string {
	if m == nil || m.Start == 0 && m.Limit == 0 && m.Offset == 0 && m.File == "" && m.BuildID == "" {
		return "-"
	}
	name := m.BuildID
	if name == "" {
		name = m.File
	}
	return fmt.Sprintf("%x@%x %q", (m.Limit-m.Start+4095)/4096, m.Offset, name)
}

func locationText(l *profile.Location) string {
	var b strings.Builder
	address := l.Address
	if l.Mapping != nil {
		address -= l.Mapping.Start // where it was loaded is no part of it
	}
	fmt.Fprintf(&b, "[%s %x %v", mappingText(l.Mapping), address, l.IsFolded)
	for _, n := range l.Line {
		f := n.Function
		fmt.Fprintf(&b, " {%q %q %q %d %d %d}", f.Name, f.SystemName, f.Filename, f.StartLine, n.Line, n.Column)
	}
	return b.String() + "]"
}

func labelText(s *profile.Sample) string {
	var all []string
	for key, values := range s.Label {
		all = append(all, fmt.Sprintf("%q=%q", key, values))
	}
	for key, values := range s.NumLabel {
		units := append([]string(nil), s.NumUnit[key]...)
		for len(units) < len(values) {
			units = append(units, "")
		}
		all = append(all, fmt.Sprintf("#%q=%d%q", key, values, units))
	}
	sort.Strings(all)
	return strings.Join(all, ",")
}

// One line for each stack with its labels: what hiding makes equal is added up.
func meaning(p *profile.Profile) []string {
	texts := map[*profile.Location]string{}
	sums := map[string][]int64{}
	for _, s := range p.Sample {
		var b strings.Builder
		for _, l := range s.Location {
			if texts[l] == "" {
				texts[l] = locationText(l)
			}
			b.WriteString(texts[l])
		}
		key := b.String() + " | " + labelText(s)
		if sums[key] == nil {
			sums[key] = make([]int64, len(s.Value))
		}
		for i, v := range s.Value {
			sums[key][i] += v
		}
	}
	var lines []string
	for key, sum := range sums {
		for _, v := range sum {
			if v != 0 {
				lines = append(lines, fmt.Sprintf("%s %d", key, sum))
				break
			}
		}
	}
	sort.Strings(lines)
	head := fmt.Sprintf("%s %d %d %d %q", p.DefaultSampleType, p.Period, p.TimeNanos, p.DurationNanos, p.Comments)
	return append([]string{head}, lines...)
}

func difference(ours, theirs []string) string {
	for i := 0; i < len(ours) && i < len(theirs); i++ {
		if ours[i] != theirs[i] {
			return fmt.Sprintf("line %d: ours %.1500s, theirs %.1500s", i, ours[i], theirs[i])
		}
	}
	if len(ours) != len(theirs) {
		return fmt.Sprintf("%d lines, theirs has %d", len(ours), len(theirs))
	}
	return ""
}

func said(text []byte) []string {
	var lines []string
	for _, line := range strings.Split(string(text), "\n") {
		if strings.Contains(line, "expression matched no samples") || strings.Contains(line, ":Interpreted ") {
			lines = append(lines, line)
		}
	}
	// Theirs says what it takes for a range before all else.
	sort.Strings(lines)
	return lines
}

func withBase(options []string, base, file string) []string {
	if base != "-" {
		options = append(options, "-diff_base="+base)
	}
	return append(options, file)
}

func filter(ours, notes, base, file string, options []string) string {
	out := filepath.Join(filepath.Dir(ours), "theirs.pb.gz")
	words := withBase(append([]string{"-proto", "-output=" + out}, options...), base, file)
	_, complaints, err := pprof(words...)
	if err != nil {
		return fmt.Sprintf("%v: %.1000s", err, complaints)
	}
	a, err := parse(ours)
	if err != nil {
		return fmt.Sprintf("ours: %v", err)
	}
	b, err := parse(out)
	if err != nil {
		return fmt.Sprintf("theirs: %v", err)
	}
	saidA, saidB := meaning(a), meaning(b)
	if base != "-" {
		saidA, saidB = saidA[1:], saidB[1:] // theirs takes a time of zero for one
	}
	if d := difference(saidA, saidB); d != "" {
		return d
	}
	text, err := os.ReadFile(notes)
	if err != nil {
		return err.Error()
	}
	if d := difference(said(text), said(complaints)); d != "" {
		return "notes: " + d
	}
	return ""
}

func raw(ours, file string) string {
	theirs, complaints, err := pprof("-raw", file)
	if err != nil {
		return fmt.Sprintf("%v: %.1000s", err, complaints)
	}
	text, err := os.ReadFile(ours)
	if err != nil {
		return err.Error()
	}
	return difference(strings.Split(string(text), "\n"), strings.Split(string(theirs), "\n"))
}

func judge(words []string) string {
	switch {
	case words[0] == "filter" && len(words) > 4:
		return filter(words[1], words[2], words[4], words[3], words[5:])
	case words[0] == "refuse" && len(words) > 2:
		options := append([]string{"-proto", "-output=/dev/null"}, words[3:]...)
		if _, _, err := pprof(withBase(options, words[2], words[1])...); err == nil {
			return "theirs takes it"
		}
		return ""
	case words[0] == "raw" && len(words) == 3:
		return raw(words[1], words[2])
	}
	return "no such case"
}

func main() {
	// The tool is built when it is first run.
	_ = exec.Command("go", "tool", "pprof", "-h").Run()
	path, err := exec.Command("go", "tool", "-n", "pprof").Output()
	if err != nil {
		fmt.Println("no pprof:", err)
		return
	}
	program = strings.TrimSpace(string(path))
	count := 0
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		var words []string
		for _, word := range strings.Fields(in.Text()) {
			plain, err := url.QueryUnescape(word)
			if err != nil {
				plain = word
			}
			words = append(words, plain)
		}
		if complaint := judge(words); complaint != "" {
			fmt.Printf("%.600q: %s\n", words, complaint)
		}
		count++
	}
	fmt.Printf("done %d\n", count)
}
