// Folded compares folded stacks with what google/pprof reads in the same profiles. It reads cases from standard input,
// one a line, words parted by spaces, and prints a line for each disagreement, then "done N":
//
//	OURS INDEX SOURCE [BASE]    the folded stacks in file OURS are those of sample type INDEX
//
// With a base, be it empty, there are two columns: the base's and the source's.
package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/google/pprof/profile"
)

var escapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, "\n", `\n`, "\r", `\r`)

func frames(l *profile.Location) []string {
	if len(l.Line) == 0 {
		if l.Mapping != nil && l.Mapping.File != "" {
			return []string{"[" + filepath.Base(l.Mapping.File) + "]"}
		}
		return []string{"<unknown>"}
	}
	var names []string
	for _, line := range l.Line {
		names = append(names, escapes.Replace(line.Function.Name))
	}
	return names
}

// Adds what the file has in the type, by stack, to one of the two columns.
func read(path string, index, column int, sums map[string][2]int64) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	p, err := profile.Parse(f)
	if err != nil {
		return err
	}
	if err := p.RemoveUninteresting(); err != nil {
		return err
	}
	for _, s := range p.Sample {
		var stack []string
		for _, l := range s.Location {
			stack = append(stack, frames(l)...)
		}
		for i, j := 0, len(stack)-1; i < j; i, j = i+1, j-1 {
			stack[i], stack[j] = stack[j], stack[i]
		}
		name := strings.Join(stack, ";")
		if len(stack) == 0 {
			name = "[no stack]"
		}
		sum := sums[name]
		sum[column] += s.Value[index]
		sums[name] = sum
	}
	return nil
}

func judge(words []string) error {
	index, err := strconv.Atoi(words[1])
	if err != nil {
		return err
	}
	theirs := map[string][2]int64{}
	width := len(words) - 2
	for i, path := range words[2:] {
		if err := read(path, index, i, theirs); err != nil {
			return err
		}
	}
	ours, err := os.ReadFile(words[0])
	if err != nil {
		return err
	}
	for _, line := range strings.Split(strings.TrimSuffix(string(ours), "\n"), "\n") {
		columns := strings.Split(line, " ")
		last := len(columns) - width
		if last < 1 {
			continue // nothing at all
		}
		stack := strings.Join(columns[:last], " ")
		sum := theirs[stack]
		delete(theirs, stack)
		text := fmt.Sprint(sum[0])
		if width == 2 {
			text = fmt.Sprint(sum[1], " ", sum[0])
		}
		if got := strings.Join(columns[last:], " "); got != text {
			return fmt.Errorf("%s: %s instead of %s", stack, got, text)
		}
	}
	for stack, sum := range theirs {
		if sum != [2]int64{} {
			return fmt.Errorf("%s %d is missing", stack, sum)
		}
	}
	return nil
}

func main() {
	count := 0
	for in := bufio.NewScanner(os.Stdin); in.Scan(); count++ {
		if err := judge(strings.Fields(in.Text())); err != nil {
			fmt.Println(in.Text()+":", err)
		}
	}
	fmt.Println("done", count)
}
