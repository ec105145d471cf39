#include "report/run.h"

#include "base/log.h"
#include "report/aggregate.h"
#include "report/deliver.h"
#include "report/expire.h"
#include "report/failure.h"
#include "report/import.h"
#include "report/lease.h"

#include <errno.h>
#include <sysexits.h>

/* One process at a time for each journal. */
static int
lock(struct reporter *r)
{
	const char *journal = r->dmarc->journal_directory;
	int err = lease_lock_directory(journal);

	if (err == 0)
		return EX_OK;
	if (err == ERR_LIMIT)
		log_text(LEVEL_NOTICE, "another mailvet-report is at work");
	else
		log_text(LEVEL_ERROR, "%s: %s", journal, strerror(errno));
	return err == ERR_LIMIT ? EX_TEMPFAIL : EX_NOINPUT;
}

static int
status_of(int err, const char *what)
{
	if (err == 0)
		return EX_OK;
	log_text(LEVEL_ERROR, "%s: %s", what, err_text(err));
	return err == ERR_NOMEM ? EX_OSERR : EX_UNAVAILABLE;
}

static int
import(struct reporter *r)
{
	struct import_counts counts;
	int err = import_all(r, &counts);

	if (err < 0)
		return status_of(err, "import");
	log_text(LEVEL_NOTICE, "imported %lld lines of %lld files, "
		"%lld kept aside", (long long)counts.lines,
		(long long)counts.files, (long long)counts.aside);
	return counts.broken == 0 ? EX_OK : EX_NOINPUT;
}

/* With the lease: make what is due, and send it. */
static int
make_and_send(struct reporter *r)
{
	const struct report_conf *conf = &r->settings->conf;
	struct aggregate_counts made = { 0 };
	struct failure_counts failures = { 0 };
	struct deliver_counts sent;
	int err = 0, failed = 0;

	if (conf->aggregate)
		err = aggregate_all(r, &made);
	if (r->dmarc->failure_reports)
		failed = failure_all(r, &failures);
	if (err == 0)
		err = failed;
	failed = deliver_all(r, &sent);
	if (err == 0 && failed != ERR_LIMIT)
		err = failed;
	log_text(LEVEL_NOTICE, "reports: %lld aggregate, %lld failure made, "
		"%lld sent, %lld waiting, %lld denied, %lld excluded, "
		"%lld given up, %lld sent again", (long long)made.made,
		(long long)failures.made, (long long)sent.sent,
		(long long)sent.waiting, (long long)sent.denied,
		(long long)sent.excluded, (long long)sent.failed,
		(long long)sent.again);
	if (failures.suppressed > 0)
		log_text(LEVEL_NOTICE, "%lld incidents without a failure "
			"report", (long long)failures.suppressed);
	if (err == 0 && made.invalid > 0)
		err = ERR_LIBRARY;
	return status_of(err, "send");
}

static int
send_reports(struct reporter *r)
{
	int leader, status;

	if (r->settings->conf.from == NULL) {
		log_text(LEVEL_NOTICE, "[report] from is not set: no reports "
			"are sent");
		return EX_OK;
	}
	leader = lease_take(r);
	if (leader == 0) {
		log_text(LEVEL_NOTICE, "another host sends the reports");
		return EX_OK;
	}
	if (leader < 0) {
		reporter_store_error(r);
		return status_of(leader, "send");
	}
	status = make_and_send(r);
	if (lease_release(r) < 0)
		reporter_store_error(r);
	return status;
}

static int
expire(struct reporter *r)
{
	struct expire_counts counts;
	int err = expire_all(r, &counts);

	if (err == 0 && counts.rows + counts.files > 0)
		log_text(LEVEL_NOTICE, "expired %lld rows, %lld files",
			(long long)counts.rows, (long long)counts.files);
	return status_of(err, "expire");
}

int
run_import(struct reporter *r)
{
	int status = lock(r);

	return status == EX_OK ? import(r) : status;
}

int
run_send(struct reporter *r)
{
	int status = lock(r);

	return status == EX_OK ? send_reports(r) : status;
}

int
run_expire(struct reporter *r)
{
	int status = lock(r);

	return status == EX_OK ? expire(r) : status;
}

int
run_all(struct reporter *r)
{
	int status = lock(r), sent;

	if (status != EX_OK)
		return status;
	status = import(r);
	if (status == EX_UNAVAILABLE || status == EX_OSERR)
		return status;
	sent = send_reports(r);
	/* The journal is what a damaged database is made again from. */
	if (sent == EX_OK)
		sent = expire(r);
	return status != EX_OK ? status : sent;
}
