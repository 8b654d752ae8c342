// View compares the tables and pictures that view/ makes with those of google/pprof. It reads cases from standard
// input, one a line, words parted by tabs, and prints a line for each disagreement, then "done N":
//
//	OURS FLAG... FILE...    OURS is the text that `pprof FLAG... FILE...` prints; no file OURS: pprof says an error
//
// One process for all of them: starting pprof takes longer than what it does here.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"sort"
	"strings"
	"time"

	"github.com/google/pprof/driver"
	"github.com/google/pprof/profile"
)

// Flags of one run, parsed from words instead of a command line.
type words struct {
	*flag.FlagSet
	args []string
}

func (w *words) StringList(name, value, usage string) *[]*string {
	list := &[]*string{}
	w.Func(name, usage, func(s string) error {
		*list = append(*list, &s)
		return nil
	})
	return list
}

func (w *words) ExtraUsage() string   { return "" }
func (w *words) AddExtraUsage(string) {}

func (w *words) Parse(func()) []string {
	if w.FlagSet.Parse(w.args) != nil {
		return nil
	}
	return w.Args()
}

// Nobody is there to talk to.
type silence struct{}

func (silence) ReadLine(string) (string, error)       { return "", io.EOF }
func (silence) Print(...interface{})                  {}
func (silence) PrintErr(...interface{})               {}
func (silence) IsTerminal() bool                      { return false }
func (silence) WantBrowser() bool                     { return false }
func (silence) SetAutoComplete(func(s string) string) {}

type noSymbols struct{}

func (noSymbols) Symbolize(string, driver.MappingSources, *profile.Profile) error { return nil }

type noPrograms struct{}

func (noPrograms) Open(string, uint64, uint64, uint64, string) (driver.ObjFile, error) {
	return nil, errors.New("no programs here")
}

func (noPrograms) Disasm(string, uint64, uint64, bool) ([]driver.Inst, error) {
	return nil, errors.New("no programs here")
}

type memory struct{ bytes.Buffer }

func (*memory) Close() error                          { return nil }
func (m *memory) Open(string) (io.WriteCloser, error) { return m, nil }

// The driver keeps the options of the run before: these stand in front of all.
var asAtFirst = []string{"-output=x", "-symbolize=none", "-nodecount=-1", "-nodefraction=0.005", "-edgefraction=0.001",
	"-trim=true", "-normalize=false", "-sample_index=", "-focus=", "-ignore=", "-hide=", "-show=", "-show_from=",
	"-tagfocus=", "-tagignore=", "-tagroot=", "-tagleaf="}

func report(flags []string) (string, error) {
	set := flag.NewFlagSet("pprof", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	args := append(append([]string(nil), asAtFirst...), flags...)
	for _, group := range [][]string{{"functions", "filefunctions", "files", "lines", "addresses"}, {"flat", "cum"}} {
		chosen := false
		for _, name := range group {
			for _, f := range flags {
				chosen = chosen || f == "-"+name
			}
		}
		if !chosen {
			args = append([]string{"-" + group[0]}, args...)
		}
	}
	var out memory
	err := driver.PProf(&driver.Options{
		Writer:  &out,
		Flagset: &words{set, args},
		Sym:     noSymbols{},
		Obj:     noPrograms{},
		UI:      silence{},
	})
	return out.String(), err
}

var (
	helpLine = regexp.MustCompile(`(\\l)*\\lSee https:[^"\\]*\\l"`)
	noNode   = regexp.MustCompile(`(?m)^N\d+ -> N0 \[.*\n|^N0 -> .*\n`)
	timeLine = regexp.MustCompile(`Time: ([^\n\\]*)`)
	chance   = regexp.MustCompile(`(?m)^N+\d+_.*\n|^N\d+(_\d+)? -> N+\d+_.*\n|^.* style="dotted".*\n`)
	edgeLine = regexp.MustCompile(`^ {20,}.*\|   `)
)

// Older versions write the time in other words and to the minute.
func sameTime(line string) string {
	text := strings.TrimPrefix(line, "Time: ")
	for _, layout := range []string{"2006-01-02 15:04:05 MST", "Jan 2, 2006 at 3:04pm (MST)"} {
		if t, err := time.Parse(layout, text); err == nil {
			return "Time: " + t.Truncate(time.Minute).UTC().Format(time.RFC3339)
		}
	}
	return line
}

// Between a weight and its negative pprof does not decide. Which comes first differs from run to run, and so do the
// tags that are drawn, and the residual edges that are redundant.
func withoutChance(text string) string {
	lines := strings.Split(chance.ReplaceAllString(text, ""), "\n")
	if strings.HasPrefix(text, "digraph") {
		sort.Strings(lines)
	}
	for i := 0; i < len(lines); {
		k := i
		for k < len(lines) && edgeLine.MatchString(lines[k]) {
			k++
		}
		sort.Strings(lines[i:k])
		i = k + 1
	}
	return strings.Join(lines, "\n")
}

func plain(text string, isDiff bool) string {
	text = helpLine.ReplaceAllString(text, `\l"`)
	text = noNode.ReplaceAllString(text, "")
	text = timeLine.ReplaceAllStringFunc(text, sameTime)
	if isDiff {
		text = withoutChance(text)
	}
	return text
}

func firstDifference(ours, theirs string) string {
	a, b := strings.Split(ours, "\n"), strings.Split(theirs, "\n")
	for i := 0; i < len(a) && i < len(b); i++ {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d: ours %.400q, theirs %.400q", i, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d lines, theirs has %d", len(a), len(b))
}

func view(oursPath string, args []string) string {
	theirs, err := report(args)
	ours, oursErr := os.ReadFile(oursPath)
	if (err == nil) != (oursErr == nil) {
		return fmt.Sprintf("theirs says %v", err)
	}
	isDiff := strings.HasPrefix(args[0], "-diff_base") || strings.Contains(args[len(args)-1], "random")
	if a, b := plain(string(ours), isDiff), plain(theirs, isDiff); err == nil && a != b {
		return firstDifference(a, b)
	}
	return ""
}

func main() {
	count := 0
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		words := strings.Split(in.Text(), "\t")
		if said := view(words[0], words[1:]); said != "" {
			fmt.Printf("%.300s: %s\n", in.Text(), said)
		}
		count++
	}
	fmt.Printf("done %d\n", count)
}
