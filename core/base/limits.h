/*
 * Every maximum of weft that input can meet, with its reason.  docs/limits.md
 * lists them, and each has a test at the limit and one beyond it.  What a
 * format itself allows, and figures for tuning, stand where they are used.
 */
#ifndef CORE_BASE_LIMITS_H
#define CORE_BASE_LIMITS_H

/* Bytes of one record's JSON: SQLite's default row limit is far above; a
 * record must fit into memory several times over while it is compared. */
#define WEFT_LIMIT_RECORD_SIZE (16u * 1024 * 1024)

/* Nesting of arrays and objects: the scanner keeps one frame per level. */
#define WEFT_LIMIT_JSON_DEPTH 64

/* Properties of one JSON object: bounds the sort of its keys. */
#define WEFT_LIMIT_JSON_KEYS 4096

/* Bytes of a record's id as text: it is a key in every table and a file name
 * in the store. */
#define WEFT_LIMIT_ID_SIZE 1024

/* Bytes of a model's or datasource's name. */
#define WEFT_LIMIT_NAME_SIZE 128

/* Bytes of a revision's text: LoopBack's are 40, CouchDB's "N-hash" up to
 * about 45; hand-made ones of tests are shorter. */
#define WEFT_LIMIT_REV_SIZE 96

/* Revisions kept per record, and the bytes they may take in its track row. */
#define WEFT_LIMIT_REVTREE_NODES 32
#define WEFT_LIMIT_REVTREE_SIZE 1024

/* Bytes of a filter, and nesting and operands of its where clause. */
#define WEFT_LIMIT_FILTER_SIZE (1024 * 1024)
#define WEFT_LIMIT_WHERE_DEPTH 32
#define WEFT_LIMIT_WHERE_TERMS 10000

/* Of them those that match texts by a pattern: each may take a while. */
#define WEFT_LIMIT_WHERE_PATTERNS 100

/* Bytes of a regular expression or like pattern, and what one match of it may
 * take: steps (20 to 100 ms), more of them for each byte of the text, and
 * memory, against patterns made to be slow. */
#define WEFT_LIMIT_REGEXP_SIZE 4096u
#define WEFT_LIMIT_REGEXP_STEPS 1000000
#define WEFT_LIMIT_REGEXP_BYTE_STEPS 16
#define WEFT_LIMIT_REGEXP_HEAP (16 * 1024 * 1024)

/* Bytes of a file of configuration. */
#define WEFT_LIMIT_CONFIG_SIZE (4u * 1024 * 1024)

/* Changes in one page between two sources, and the bytes of their bodies. */
#define WEFT_LIMIT_PAGE_CHANGES 1000
#define WEFT_LIMIT_PAGE_SIZE (4u * 1024 * 1024)

/* Pages of one replication that may be under way at a time. */
#define WEFT_LIMIT_SESSION_WINDOW 4

/* Refused records of one replication whose ids are kept: each is looked at
 * again the next time. */
#define WEFT_LIMIT_REFUSED_KEPT 1000

/* Journal rows that the projector reads at a time: bounds its memory (about
 * 150 bytes each). */
#define WEFT_LIMIT_PROJECT_ROWS 32768

/* Journal rows kept although the store has them: peers whose position is
 * among them get their changes by position, others by a walk. */
#define WEFT_LIMIT_JOURNAL_ROWS 1000000

/* Pages of 4 KiB in SQLite's write-ahead log, after which who commits moves
 * them into the database himself. */
#define WEFT_LIMIT_LOG_PAGES 16384

/* Bytes of a password: bcrypt's, so that LoopBack's clients know it. */
#define WEFT_LIMIT_PASSWORD_SIZE 72

/* Attempts to log in that may fail in a row for one account, and for one
 * address, before each further one has to wait: a second, then twice as long
 * each time, up to the last figure. */
#define WEFT_LIMIT_LOGIN_ACCOUNT 5
#define WEFT_LIMIT_LOGIN_ADDRESS 20
#define WEFT_LIMIT_LOGIN_WAIT_MS 900000

/* Accounts and addresses with failed attempts that are remembered (24 bytes
 * each); then the oldest are forgotten. */
#define WEFT_LIMIT_LOGIN_ENTRIES 16384

/* Principals kept between requests, and roles that one may have: they are
 * looked through for each rule. */
#define WEFT_LIMIT_PRINCIPALS 4096
#define WEFT_LIMIT_ROLES 1000

/* Users and groups that may see one record, and again as many that could
 * once: they stand in one small value beside it. */
#define WEFT_LIMIT_VISIBLE_KEYS 256

/* Records of the model ACL: all of them are weighed for each request. */
#define WEFT_LIMIT_RULES 10000

/* Arguments of a query string, and nested brackets in the name of one. */
#define WEFT_LIMIT_QUERY_ARGUMENTS 1000
#define WEFT_LIMIT_QUERY_DEPTH 16

/* Bytes of a request's body over REST, where configuration says nothing
 * else: of one record; and of many (bulk-update, diff, create-updates, sync),
 * which are spooled to disk and read in parts. */
#define WEFT_LIMIT_REST_BODY_SIZE (16u * 1024 * 1024)
#define WEFT_LIMIT_REST_BULK_SIZE (256u * 1024 * 1024)

/* Bytes of all large bodies of requests and answers together that are on disk
 * at a time. */
#define WEFT_LIMIT_HTTP_SPOOL (4096ull * 1024 * 1024)

/* Updates that one bulk update over REST applies in one transaction, and the
 * bytes of their JSON; what is more is applied in several. */
#define WEFT_LIMIT_REST_BATCH_UPDATES 10000
#define WEFT_LIMIT_REST_BATCH_SIZE (8u * 1024 * 1024)

/* Records in one leaf of the store's trie: format, never changes
 * (docs/store-format.md). */
#define WEFT_LIMIT_TRIE_LEAF 64

/* Places in change lists at which pages over REST ended, and how long one is
 * kept: a list that is read again goes on from there, and sees again what has
 * changed since. */
#define WEFT_LIMIT_REST_BOOKMARKS 4096
#define WEFT_LIMIT_REST_BOOKMARK_MS 600000

/* Bytes of the store's trees that are kept in memory, for each open store:
 * the upper nodes of tries of any size, and what is in use below them. */
#define WEFT_LIMIT_NODE_CACHE (16u * 1024 * 1024)

/* Bytes of an object that is read from a pack of git's making (a tree of many
 * models can be larger than a record), and deltas that it may take. */
#define WEFT_LIMIT_OBJECT_SIZE (64u * 1024 * 1024)
#define WEFT_LIMIT_DELTA_DEPTH 4096

/* Bytes of one pack of the store: larger ones need 64-bit offsets. */
#define WEFT_LIMIT_PACK_SIZE (1024u * 1024 * 1024)

/* Objects of one pack that weft writes: bounds the memory of its writer, 28
 * bytes for each and 16 in the set of ids.  A set that is not much larger than
 * the processor's cache is faster, too; merging makes larger packs. */
#define WEFT_LIMIT_PACK_OBJECTS 262144

/* Bytes of one answer of a server that is replicated with (a change list is one
 * answer; beyond a megabyte they are on disk), and of the first request to it:
 * LoopBack takes 100 KB unless it is told otherwise, and says so. */
#define WEFT_LIMIT_REMOTE_ANSWER (2048ull * 1024 * 1024)
#define WEFT_LIMIT_REMOTE_REQUEST (4u * 1024 * 1024)

/* Bytes of an HTTP request line, of a whole head, and headers in it. */
#define WEFT_LIMIT_HTTP_LINE 16384
#define WEFT_LIMIT_HTTP_HEAD 32768
#define WEFT_LIMIT_HTTP_HEADERS 100

/* Bytes of the extensions of one chunk, and of all trailers: both are read
 * and dropped. */
#define WEFT_LIMIT_HTTP_EXTENSION 1024
#define WEFT_LIMIT_HTTP_TRAILER 8192

/* Bytes of one file that is served to browsers, and of all: they are in
 * memory. */
#define WEFT_LIMIT_HTTP_FILE_SIZE (8u * 1024 * 1024)
#define WEFT_LIMIT_HTTP_FILES_SIZE (64u * 1024 * 1024)

/* Bytes of one message over WebSocket, where a protocol sets nothing else:
 * they are put together in memory. */
#define WEFT_LIMIT_WS_MESSAGE (1024u * 1024)

/* Frames of one such message, and pings and pongs in one second: each takes
 * work, whatever it brings. */
#define WEFT_LIMIT_WS_FRAGMENTS 1024
#define WEFT_LIMIT_WS_CONTROLS 20

/* Cells of a sketch: the most that one is decoded from, and what a source
 * keeps of each model between two reconciliations (24 bytes each). */
#define WEFT_LIMIT_SKETCH_CELLS 65536
#define WEFT_LIMIT_SKETCH_KEPT 4096

/* Records that reconciliation may find to differ (16 bytes each); beyond,
 * the whole change list is read.  And those that one message may name. */
#define WEFT_LIMIT_RECONCILE_RECORDS 262144
#define WEFT_LIMIT_RECONCILE_NAMES 16384

/* Nodes of a trie that one message may ask for (about 2 KiB each). */
#define WEFT_LIMIT_RECONCILE_NODES 1024

/* Bytes of one message of a reconciliation. */
#define WEFT_LIMIT_RECONCILE_SIZE (8u * 1024 * 1024)

/* Answers that one thread compresses at a time: 268 KB each. */
#define WEFT_LIMIT_HTTP_GZIPS 16

/* Compressed bodies that one thread reads at a time, 40 KB each; and how many
 * times their size they may have when they are read, beyond the first MiB. */
#define WEFT_LIMIT_HTTP_GUNZIPS 64
#define WEFT_LIMIT_HTTP_INFLATION 100

/* Packs of the store: with more, the small ones are merged into the next
 * commit's, since each look-up goes through all of them. */
#define WEFT_LIMIT_STORE_PACKS 24

/* weft.repl.v1: updates in one batch and in one push, bytes of bodies in one
 * batch, bytes on the way in one direction without an answer, batches of one
 * stream without an answer, streams and waiting requests of one connection. */
#define WEFT_LIMIT_REPL_BATCH 500
#define WEFT_LIMIT_REPL_PUSH 10000
#define WEFT_LIMIT_REPL_BATCH_SIZE (256u * 1024)
#define WEFT_LIMIT_REPL_WINDOW (4u * 1024 * 1024)
#define WEFT_LIMIT_REPL_UNACKED 1024
#define WEFT_LIMIT_REPL_STREAMS 64
#define WEFT_LIMIT_REPL_REQUESTS 64

/* Bytes of any JSON document, whatever else its limit is: it may become six
 * times as large, and places in it are kept in 32 bits. */
#define WEFT_LIMIT_JSON_SIZE (512u * 1024 * 1024)

/* Generated columns of a table: SQLite takes 2,000 columns.  Properties beyond
 * have none, and no index. */
#define WEFT_LIMIT_COLUMNS 1000

/* Records that `weft import` writes in one transaction. */
#define WEFT_LIMIT_IMPORT_BATCH 100000

/* Bytes of the path of a file. */
#define WEFT_LIMIT_PATH_SIZE 4096

/* What is taken from a repository of git's: bytes of its list of packed refs,
 * of its configuration, and folders of refs in folders (git makes some three,
 * we four). */
#define WEFT_LIMIT_PACKED_REFS (64u * 1024 * 1024)
#define WEFT_LIMIT_GIT_CONFIG (1u * 1024 * 1024)
#define WEFT_LIMIT_REF_DEPTH 32

/* What verifying a password may cost: a hash may come with an imported user,
 * and must not keep a worker busy for minutes.  scrypt's log2 N, r, p and bytes
 * (2^17, 8, 1 takes 128 MiB); bcrypt's rounds. */
#define WEFT_LIMIT_SCRYPT_LOG_N 17
#define WEFT_LIMIT_SCRYPT_R 16
#define WEFT_LIMIT_SCRYPT_P 8
#define WEFT_LIMIT_SCRYPT_SIZE (160u * 1024 * 1024)
#define WEFT_LIMIT_BCRYPT_COST 14

/* Threads of an HTTP server, and folders in folders of files it serves. */
#define WEFT_LIMIT_HTTP_THREADS 64
#define WEFT_LIMIT_HTTP_FILES_DEPTH 16

#endif
