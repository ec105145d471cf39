/* A reporter with a database, journals and a zone of its own in /tmp. */
#ifndef TESTS_UNIT_REPORT_FIXTURE_H
#define TESTS_UNIT_REPORT_FIXTURE_H

#include "unit/base/check.h"

#include "report/line.h"
#include "report/reporter.h"

/* Thursday, 2026-11-26, 10:00:00 UTC; the days and hours around it. */
#define NOW INT64_C(1795687200)
#define TODAY INT64_C(1795651200)
#define YESTERDAY (TODAY - SECONDS_PER_DAY)

/* A line's members, which tests replace by text. */
#define LINE_JSON(time, ip, more) "{\"v\":1,\"time\":" time ",\"id\":\"x\"," \
	"\"ip\":\"" ip "\",\"header-from\":\"friend.example\"," \
	"\"mail-from\":\"friend.example\"," \
	"\"policy-domain\":\"friend.example\",\"discovery\":\"treewalk\"," \
	"\"record\":{\"p\":\"reject\",\"adkim\":\"r\",\"aspf\":\"r\"," \
	"\"psd\":\"u\",\"t\":\"n\",\"fo\":\"0\"," \
	"\"rua\":[\"mailto:dmarc@friend.example\"]," \
	"\"ruf\":[\"mailto:fail@friend.example\"]}," \
	"\"result\":\"fail\",\"disposition\":\"quarantine\"," \
	"\"would\":\"reject\",\"reasons\":[{\"type\":\"local_policy\"," \
	"\"comment\":\"enforce\"}],\"spf\":{\"domain\":\"friend.example\"," \
	"\"result\":\"fail\",\"aligned\":false},\"dkim\":[]" more "}"
/* A second after the begin of yesterday. */
#define YESTERDAYS "1795564801"

struct fixture {
	char directory[32];
	struct report_settings settings;
	struct dmarc_conf dmarc;
	struct common common;
	struct reporter r;
};

/* zone may be "". */
void fixture_open(struct fixture *f, const char *zone);
void fixture_close(struct fixture *f);

/* DIRECTORY/name, in the reporter's arena. */
const char *fixture_path(struct fixture *f, const char *name);

/* Write DIRECTORY/name. */
void fixture_write(struct fixture *f, const char *name, struct str text);

/* The number that a query without parameters gives. */
int64_t fixture_number(struct fixture *f, const char *sql);

/* The text of its first column and row, copied; "" without a row. */
struct str fixture_text(struct fixture *f, const char *sql);

/* A line that must be good. */
struct line fixture_line(struct fixture *f, const char *json);

bool str_has(struct str text, const char *part);

#endif
