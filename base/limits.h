/*
 * Every bound on what comes from outside, with its reason. A bound that an operator may move is the default
 * of a flag and says so.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#define KIB 1024UL
#define MIB (1024UL * 1024UL)

/* Profiles: 100 KB to 2 MB is usual; a heap profile of a huge program reaches 10 MB. --max-body */
#define LIMIT_BODY_BYTES (16 * MIB)
/* Inflated: pprof shrinks 3 to 10 times. --max-inflated */
#define LIMIT_INFLATED_BYTES (128 * MIB)
/* Against bombs: beyond this many free bytes, at most this many times the input. */
#define LIMIT_INFLATE_FREE_BYTES MIB
#define LIMIT_INFLATE_RATIO      200UL

/* Key grammar (docs/KEYS.md): whatever is within these fits in 1,024 bytes. */
#define LIMIT_KEY_BYTES        1024UL
#define LIMIT_COMPONENT_BYTES  200UL
#define LIMIT_ROOT_BYTES       64UL
#define LIMIT_SERVICE_BYTES    128UL
#define LIMIT_TYPE_BYTES       32UL
#define LIMIT_LABELS           32UL
#define LIMIT_LABEL_KEY_BYTES  64UL
#define LIMIT_LABELS_SUM_BYTES 480UL /* sum of key + value + 2 */
#define LIMIT_SAMPLE_TYPES     8UL   /* more: no facts in the key */

/* pprof: a reader must not be made to allocate by numbers alone. */
#define LIMIT_PPROF_SAMPLES   (8UL * 1000 * 1000)
#define LIMIT_PPROF_LOCATIONS (4UL * 1000 * 1000)
#define LIMIT_PPROF_FUNCTIONS (4UL * 1000 * 1000)
#define LIMIT_PPROF_MAPPINGS  (100UL * 1000)
#define LIMIT_PPROF_STRINGS   (8UL * 1000 * 1000)
#define LIMIT_PPROF_DEPTH     4096UL  /* locations of one sample */
#define LIMIT_PPROF_LINES     1024UL  /* inlined lines of one location */
#define LIMIT_PPROF_LABELS    256UL   /* labels of one sample */
#define LIMIT_PPROF_TYPES     64UL    /* sample types of one profile */
#define LIMIT_PPROF_COMMENTS  10000UL /* of one profile, and of a merged one */
/* Executable mappings behind a profile in an old form: big programs have some hundreds. */
#define LIMIT_PPROF_MAP_ENTRIES 10000UL
/* Tables of the reader beside the inflated bytes: 10 MB for a profile of 10 MB, hostile ones reach this. */
#define LIMIT_PPROF_SCRATCH_BYTES (256 * MIB)
/* One merge: an inflated input, the tables for reading it, and the result. A range of a thousand heap
 * profiles of a big program takes 100 MB. --merge-bytes */
#define LIMIT_MERGE_BYTES (512 * MIB)

/* What a merge reads ahead: eight profiles of 4 MB, which are large ones. */
#define LIMIT_PREFETCH_BYTES (32 * MIB)

/* LIST: 1,000 keys of 1 KiB, escaped, with metadata around them. */
#define LIMIT_LIST_PAGE_BYTES (4 * MIB)
#define LIMIT_LIST_KEYS       1000UL
/* What the keys of such a page say, decoded: at most 4 KiB each. */
#define LIMIT_LIST_ROWS_BYTES (8 * MIB)
/* Pages without a key that say there are more, in a row: a bucket full of delete markers gives some. */
#define LIMIT_LIST_EMPTY_PAGES 1000UL
#define LIMIT_XML_DEPTH        16UL
#define LIMIT_XML_TEXT_BYTES   (4 * KIB)
#define LIMIT_ERROR_BODY_BYTES (64 * KIB)

/* The directory store. A key of pf1 has at most 42 components; a listing holds one directory open a level. */
#define LIMIT_TREE_DEPTH 64UL
/* What waits for its threads: more than a collector has requests under way; beyond it E_BUSY. */
#define LIMIT_DIRECTORY_QUEUE 16384UL

/* HTTP heads: a connection has 16 KiB for the request's head, a record for each line and parameter of it, and
 * the answer's head. */
#define LIMIT_URI_BYTES    (12 * KIB)
#define LIMIT_HEADER_BYTES (13 * KIB)
#define LIMIT_QUERY_PARAMS 64UL
#define LIMIT_IDS_PER_GET  1000UL
/* A UUID or a hash is 36 to 64 bytes. */
#define LIMIT_IDEMPOTENCY_KEY_BYTES 255UL

/* One answer made here: 10,000 profiles of a list are 3 MB, a large merge is 20 MB. */
#define LIMIT_ANSWER_BYTES (64 * MIB)
/* Profiles of one merge: a day of 30 instances, two a minute. */
#define LIMIT_MERGE_PROFILES (100UL * 1000)

/* Profiles in one form that are shown and not stored: files that somebody drops onto a page. */
#define LIMIT_FORM_PROFILES 100UL

/* A page of a list, in profiles; `limit` beyond it is cut to it and says so by the cursor. */
#define LIMIT_LIST_PROFILES 10000UL

/* Files of one directory that the command line is given: more is a mistake. */
#define LIMIT_WALK_ENTRIES (1000UL * 1000)

/* What `brazier push --journal` reads back: ten million lines of a hundred bytes. */
#define LIMIT_JOURNAL_BYTES (1024 * MIB)

/* Timelines: so many steps of one group, and of all groups together; a screen has a few thousand pixels. */
#define LIMIT_TIMELINE_POINTS 11000UL
#define LIMIT_TIMELINE_CELLS  (200UL * 1000)
/* Groups shown; the remainder is one more, and says how many it holds. */
#define LIMIT_TIMELINE_GROUPS 100UL
/* Profiles that one timeline reads one by one, where whole hours do not do: a second's work. */
#define LIMIT_TIMELINE_ROWS (3UL * 1000 * 1000)

/* Scraping (scrape/). Kubernetes gives a pod some dozens of names; what a person writes has a few. */
#define LIMIT_ATTRIBUTES 256UL
/* Of one target, with what it had before relabelling. */
#define LIMIT_ATTRIBUTES_BYTES (256 * KIB)
/* A configuration, an answer that names targets: 10,000 targets with their labels are some MB. */
#define LIMIT_SCRAPE_CONFIG_BYTES (4 * MIB)
#define LIMIT_TARGETS_BYTES       (16 * MIB)
#define LIMIT_TARGETS             20000UL
#define LIMIT_FOUND               1000000UL /* by one source, before rules drop most of them */
#define LIMIT_SCRAPE_JOBS         200UL
/* What was fetched last, kept to send the difference of the next time: of 1,000 targets three of 100 KB. */
#define LIMIT_DELTA_BYTES (512 * MIB)

/* Small files: tokens, credentials, certificates' paths. */
#define LIMIT_SMALL_FILE_BYTES (1 * MIB)

/* Views (view/): a pattern is typed by a person; RE2 keeps its automata within the second. At worst a byte of
 * text costs some nanoseconds times the instructions of the program: all of 4 KiB as
 * alternatives are 4,000 and .{900} is 10,000. So only the beginning of a longer text is searched, and there
 * is an end to all searches of one question. */
#define LIMIT_REGEX_BYTES        (4 * KIB)
#define LIMIT_REGEX_MEMORY_BYTES (4 * MIB)
#define LIMIT_REGEX_PROGRAM      10000UL
#define LIMIT_REGEX_TEXT_BYTES   (64 * KIB)
#define LIMIT_REGEX_CPU_MS       5000UL
/* Parts of one tagfocus, and keys of one tagroot: each costs time a sample. */
#define LIMIT_TAG_PATTERNS 64UL
#define LIMIT_TAG_KEYS     32UL
/* An answer in a view's format: folded stacks of a big heap profile take 100 MB. */
#define LIMIT_VIEW_BYTES (256 * MIB)
/* Nodes of a flame graph that a page is given at once; the remainder is shown as such. */
#define LIMIT_VIEW_NODES (1000UL * 1000)
/* Frames of all stacks that a view goes through, some twice: inlined lines of few locations make billions out
 * of 100 KB. As many without them take twice LIMIT_MERGE_BYTES. At 20 ns each it is six seconds. */
#define LIMIT_VIEW_STEPS (300UL * 1000 * 1000)
/* Looking for redundant edges of a picture: 80 nodes take some thousands of steps, this is a second. */
#define LIMIT_GRAPH_STEPS (300UL * 1000 * 1000)

/* libbrazier, inside a program of somebody else. Call frame information of one module, copied for a moment:
 * a large browser's has 30 MB. */
#define LIMIT_AGENT_CFI_BYTES (64 * MIB)
/* Unwind rules of all modules together, 16 bytes each: a program with thirty libraries has 400,000. */
#define LIMIT_AGENT_ROWS (2UL * 1024 * 1024)
/* Modules and executable mappings that are kept; more are not told apart. */
#define LIMIT_AGENT_SEGMENTS 16384UL
/* Threads that are sampled at the same time; those beyond it are not seen. */
#define LIMIT_AGENT_THREADS 16384UL
/* Different stacks of one profile with their frames; what does not fit is counted as lost. */
#define LIMIT_AGENT_TALLY_BYTES (32 * MIB)
/* Stacks that allocated or waited, kept over profiles, and their frames: 2 and 16 MB, touched as they come.
 */
#define LIMIT_AGENT_STACKS 32768UL
#define LIMIT_AGENT_FRAMES (2UL * 1024 * 1024)
/* Sampled allocations that are in use: one each 512 KiB, so this is a heap of 64 GiB. */
#define LIMIT_AGENT_LIVE (128UL * 1024)
/* Names of functions, kept from profile to profile; over it they are looked up anew. */
#define LIMIT_AGENT_NAMES_BYTES (32 * MIB)
/* One profile as it is sent. */
#define LIMIT_AGENT_PROFILE_BYTES (16 * MIB)
/* Environment and options: a label set, a URL. */
#define LIMIT_AGENT_TEXT_BYTES (4 * KIB)

#endif
