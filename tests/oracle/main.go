// Oracle compares what pprof/ does with what google/pprof does. It reads cases from standard input, one a line, and
// prints a line for each disagreement, then "done N":
//
//	valid WANT FILE             Parse accepts FILE (WANT 1) or refuses it (0)
//	merge OURS FILE...          OURS says what Parse and Merge say of the FILEs, sample for sample
//	diff NORM OURS N FILE...    the same of the first N FILEs with the others as their base, scaled to it if NORM is 1
//	bench FILE...               prints the seconds that Parse, Merge and Write take
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/google/pprof/profile"
)

func parse(path string) (*profile.Profile, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return profile.ParseData(data)
}

func valueType(t *profile.ValueType) string {
	if t == nil {
		return "/"
	}
	return t.Type + "/" + t.Unit
}

func mappingText(m *profile.Mapping) string {
	if m == nil {
		return "-"
	}
	name := m.BuildID
	if name == "" {
		name = m.File
	}
	return fmt.Sprintf("%x@%x %q", (m.Limit-m.Start+4095)/4096, m.Offset, name)
}

// The address counts from the start of the mapping: where that was loaded is no part of a sample.
func locationText(l *profile.Location) string {
	var b strings.Builder
	address := l.Address
	if l.Mapping != nil {
		address -= l.Mapping.Start
	}
	fmt.Fprintf(&b, "[%s +%x %v", mappingText(l.Mapping), address, l.IsFolded)
	for _, n := range l.Line {
		f := n.Function
		fmt.Fprintf(&b, " {%q %q %q %d %d %d}", f.Name, f.SystemName, f.Filename, f.StartLine, n.Line, n.Column)
	}
	return b.String() + "]"
}

// Empty texts are no labels: they cannot be written.
func labelText(s *profile.Sample) string {
	var all []string
	for key, values := range s.Label {
		var kept []string
		for _, v := range values {
			if v != "" {
				kept = append(kept, v)
			}
		}
		if len(kept) > 0 {
			all = append(all, fmt.Sprintf("%q=%q", key, kept))
		}
	}
	for key, values := range s.NumLabel {
		units := s.NumUnit[key]
		for len(units) < len(values) {
			units = append(units, "")
		}
		all = append(all, fmt.Sprintf("#%q=%d%q", key, values, units))
	}
	sort.Strings(all)
	return strings.Join(all, ",")
}

func sampleLines(p *profile.Profile) []string {
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
				lines = append(lines, fmt.Sprintf("%d %s", sum, key))
				break
			}
		}
	}
	sort.Strings(lines)
	return lines
}

// The meaning of a profile. The frames that old text forms want dropped are the reader's idea, not the profile's.
func dump(p *profile.Profile, withFirst bool) string {
	var types []string
	for _, t := range p.SampleType {
		types = append(types, valueType(t))
	}
	comments := append([]string(nil), p.Comments...)
	sort.Strings(comments)
	first := "-"
	if withFirst && len(p.Mapping) > 0 {
		first = mappingText(p.Mapping[0])
	}
	head := fmt.Sprintf("types %v\nperiod %s %d\ntime %d\nduration %d\ncomments %q\ndefault %q\nfirst %s\n", types,
		valueType(p.PeriodType), p.Period, p.TimeNanos, p.DurationNanos, comments, p.DefaultSampleType, first)
	return head + strings.Join(sampleLines(p), "\n")
}

// What depends on the order of the inputs there and not here: the earliest comes first, and a zero is no time.
func inOrder(all []*profile.Profile) {
	key := func(p *profile.Profile) uint64 { return uint64(p.TimeNanos - 1) }
	sort.SliceStable(all, func(i, k int) bool { return key(all[i]) < key(all[k]) })
}

func earliest(all []*profile.Profile) int64 {
	for _, p := range all {
		if p.TimeNanos != 0 {
			return p.TimeNanos
		}
	}
	return 0
}

func firstDifference(ours, theirs string) string {
	a, b := strings.Split(ours, "\n"), strings.Split(theirs, "\n")
	for i := 0; i < len(a) && i < len(b); i++ {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d: ours %.400s, theirs %.400s", i, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d lines, theirs has %d", len(a), len(b))
}

func parseAll(paths []string) ([]*profile.Profile, error) {
	var all []*profile.Profile
	for _, path := range paths {
		p, err := parse(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %v", path, err)
		}
		all = append(all, p)
	}
	inOrder(all)
	return all, nil
}

func compare(oursPath string, theirs *profile.Profile, withFirst bool) string {
	ours, err := parse(oursPath)
	if err != nil {
		return fmt.Sprintf("ours: %v", err)
	}
	if a, b := dump(ours, withFirst), dump(theirs, withFirst); a != b {
		return firstDifference(a, b)
	}
	return ""
}

// Which of two equally early profiles gives the first mapping is our rule alone.
func oneIsFirst(all []*profile.Profile) bool {
	return len(all) == 1 || all[0].TimeNanos != all[1].TimeNanos
}

func merge(oursPath string, paths []string) string {
	all, err := parseAll(paths)
	if err != nil {
		return err.Error()
	}
	theirs, err := profile.Merge(all)
	if err != nil {
		return err.Error()
	}
	theirs.TimeNanos = earliest(all)
	return compare(oursPath, theirs, oneIsFirst(all))
}

// What the tool does with -diff_base and -normalize.
func diff(normalise bool, oursPath string, sources, bases []string) string {
	all, err := parseAll(sources)
	if err != nil {
		return err.Error()
	}
	allBases, err := parseAll(bases)
	if err != nil {
		return err.Error()
	}
	source, err := profile.Merge(all)
	if err != nil {
		return err.Error()
	}
	base, err := profile.Merge(allBases)
	if err != nil {
		return err.Error()
	}
	base.SetLabel("pprof::base", []string{"true"})
	if normalise {
		if err := source.Normalize(base); err != nil {
			return err.Error()
		}
	}
	base.Scale(-1)
	theirs, err := profile.Merge([]*profile.Profile{source, base})
	if err != nil {
		return err.Error()
	}
	together := append(append([]*profile.Profile(nil), all...), allBases...)
	inOrder(together)
	theirs.TimeNanos = earliest(together)
	return compare(oursPath, theirs, oneIsFirst(all))
}

func valid(want, path string) string {
	_, err := parse(path)
	if (err == nil) == (want == "1") {
		return ""
	}
	return fmt.Sprintf("theirs says %v", err)
}

func bench(paths []string) string {
	start := time.Now()
	var all []*profile.Profile
	for _, path := range paths {
		p, err := parse(path)
		if err != nil {
			return err.Error()
		}
		all = append(all, p)
	}
	p, err := profile.Merge(all)
	if err != nil {
		return err.Error()
	}
	var out bytes.Buffer
	if err := p.Write(&out); err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%.3f s", time.Since(start).Seconds())
}

func main() {
	count := 0
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		word := strings.Fields(in.Text())
		said := "no such case"
		switch {
		case word[0] == "valid" && len(word) == 3:
			said = valid(word[1], word[2])
		case word[0] == "merge" && len(word) > 2:
			said = merge(word[1], word[2:])
		case word[0] == "diff" && len(word) > 5:
			if n, err := strconv.Atoi(word[3]); err == nil && n > 0 && 4+n < len(word) {
				said = diff(word[1] == "1", word[2], word[4:4+n], word[4+n:])
			}
		case word[0] == "bench":
			said = bench(word[1:])
		}
		if said != "" {
			fmt.Printf("%.300s: %s\n", in.Text(), said)
		}
		count++
	}
	fmt.Printf("done %d\n", count)
}
