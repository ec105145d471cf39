/*
 * mailvet check: what would mailvet-inbound say to this message?
 */
#include "admin/command.h"
#include "admin/feed.h"
#include "base/conf_files.h"
#include "dkim/session.h"
#include "dmarc/session.h"
#include "spf/session.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

struct check {
	const char *config;
	char *zone; /* absolute; malloc's */
	const char *authserv_id;
	struct connect_facts connect;
	struct mail_facts mail;
	struct str helo;
};

static const char help[] =
	"usage: mailvet check [OPTION ...] <MESSAGE\n"
	"\n"
	"Evaluates SPF, DKIM and DMARC of a message and prints the header\n"
	"fields that mailvet-inbound would add to it.\n"
	"\n"
	"  --ip ADDRESS        the client; without it spf=none\n"
	"  --helo NAME         what the client said in HELO or EHLO\n"
	"  --mail-from ADDR    MAIL FROM; \"<>\" or nothing: the null sender\n"
	"  --zone FILE         a master file in place of the DNS\n"
	"  --authserv-id ID    the name in Authentication-Results\n"
	"  -c, --config FILE   configuration (" CONF_DEFAULT_PATH ")\n"
	"  -h, --help          this text\n";

/* As the configuration would name it. */
static bool
find_zone(const char *path, struct check *ret)
{
	free(ret->zone);
	ret->zone = realpath(path, NULL);
	if (ret->zone == NULL)
		fprintf(stderr, "mailvet: zone %s: %s\n", path,
			strerror(errno));
	return ret->zone != NULL;
}

static int
parse(int argc, char **argv, struct check *ret)
{
	static const struct option longs[] = {
		{ "ip", required_argument, NULL, 'i' },
		{ "helo", required_argument, NULL, 'e' },
		{ "mail-from", required_argument, NULL, 'f' },
		{ "zone", required_argument, NULL, 'z' },
		{ "authserv-id", required_argument, NULL, 'a' },
		{ "config", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "c:h", longs, NULL)) != -1) {
		struct str arg = str_of(optarg);

		if (c == 'i' && !ipaddr_parse(arg, &ret->connect.client)) {
			fprintf(stderr, "mailvet: --ip %s: not an address\n",
				optarg);
			return EX_USAGE;
		} else if (c == 'e') {
			ret->helo = arg;
		} else if (c == 'f') {
			ret->mail.from = arg;
		} else if (c == 'z' && !find_zone(optarg, ret)) {
			return EX_NOINPUT;
		} else if (c == 'a') {
			ret->authserv_id = optarg;
		} else if (c == 'c') {
			ret->config = optarg;
		} else if (c == 'h') {
			fputs(help, stdout);
			return EX_OK;
		} else if (c == '?') {
			return EX_USAGE;
		}
	}
	if (optind == argc)
		return -1;
	fprintf(stderr, "mailvet: what is \"%s\"?\n", argv[optind]);
	return EX_USAGE;
}

/* The name of this host, for want of an MTA that tells. */
static const char *
host_name(void)
{
	static char name[HOST_NAME_MAX + 1];

	return gethostname(name, sizeof(name)) == 0 ? name : "localhost";
}

/*
 * The configuration of mailvet-inbound, with what the command line says.  The
 * client is taken for a stranger whatever internal-hosts has: the question is
 * what strangers' mail gets.
 */
static int
load(const struct check *check, struct conf_errors *errors,
	struct snapshot **ret)
{
	static const struct filter *const filters[] = { &spf_filter,
		&dkim_filter, &dmarc_filter, NULL };
	static const struct program program = { "mailvet-inbound", "",
		filters };
	struct conf_setting settings[6];
	int n = 0;

	settings[n++] = (struct conf_setting){ "common", "internal-hosts", "",
		"mailvet check" };
	settings[n++] = (struct conf_setting){ "dmarc", "journal", "no",
		"mailvet check" };
	settings[n++] = (struct conf_setting){ "dmarc", "failure-reports",
		"no", "mailvet check" };
	if (check->authserv_id != NULL)
		settings[n++] = (struct conf_setting){ "common", "authserv-id",
			check->authserv_id, "--authserv-id" };
	if (check->zone != NULL)
		settings[n++] = (struct conf_setting){ "common", "zone",
			check->zone, "--zone" };
	settings[n] = (struct conf_setting){ .key = NULL };
	return snapshot_load(&program, check->config, settings, errors, ret);
}

/* The fields that are added, as they would stand: the last one on top. */
static void
print_added(const struct message *message)
{
	const struct edits *edits = &message->edits;

	for (size_t i = edits->count; i > 0; i--) {
		const struct edit *edit = &edits->list[i - 1];

		if (edit->kind == EDIT_ADD)
			printf("%.*s: %.*s\n", STR_ARG(edit->name),
				STR_ARG(edit->value));
	}
}

/* A stranger's words may steer a terminal. */
static const char *
shown(const struct message *message, struct str text)
{
	struct strbuf sb = sb_new(message->arena);
	struct str ret;

	sb_add_escaped(&sb, text, text.n);
	ret = sb_done(&sb);
	return ret.p != NULL ? ret.p : "?";
}

static void
print_remark(const struct message *message, const struct edit *edit)
{
	const char *name = shown(message, edit->name);

	if (edit->kind == EDIT_REMOVE)
		fprintf(stderr, "mailvet: %s number %u would be removed\n",
			name, edit->nth);
	else if (edit->kind == EDIT_CHANGE)
		fprintf(stderr, "mailvet: would be changed: %s: %s\n", name,
			shown(message, edit->value));
	else if (edit->kind == EDIT_QUARANTINE)
		fprintf(stderr, "mailvet: would be quarantined: %s\n",
			shown(message, edit->value));
}

/* What else would happen, for the reader at the terminal. */
static void
print_remarks(const struct message *message, enum verdict verdict)
{
	const struct reply *reply = &message->reply;

	for (size_t i = 0; i < message->edits.count; i++)
		print_remark(message, &message->edits.list[i]);
	if (verdict == VERDICT_REJECT || verdict == VERDICT_TEMPFAIL)
		fprintf(stderr, "mailvet: would be %s: %s %s %s\n",
			verdict == VERDICT_REJECT ? "rejected" : "deferred",
			reply->code != NULL ? reply->code : "",
			reply->enhanced != NULL ? reply->enhanced : "",
			reply->text != NULL ? reply->text : "");
}

static int
evaluate(struct check *check, struct snapshot *snapshot)
{
	struct pipeline *pipeline = pipeline_new(snapshot);
	enum verdict verdict = VERDICT_TEMPFAIL;
	int err = pipeline != NULL ? 0 : ERR_NOMEM;

	check->connect.mta_name = str_of(host_name());
	check->mail.queue_id = STR("check");
	(void)pipeline_connect(pipeline, &check->connect);
	(void)pipeline_helo(pipeline, check->helo);
	(void)pipeline_mail(pipeline, &check->mail);
	if (err == 0)
		err = feed_message(pipeline, stdin, &verdict);
	if (err < 0) {
		fprintf(stderr, "mailvet: the message: %s\n", err_text(err));
	} else {
		print_added(pipeline_message(pipeline));
		print_remarks(pipeline_message(pipeline), verdict);
	}
	pipeline_free(pipeline);
	return err < 0 ? EX_DATAERR : EX_OK;
}

int
command_check(int argc, char **argv)
{
	struct check check = { .config = NULL };
	struct conf_errors errors = { .arena = arena_new(0) };
	struct snapshot *snapshot = NULL;
	int status;

	check.config = conf_find(CONF_DEFAULT_PATH);
	status = parse(argc, argv, &check);
	if (status < 0 && errors.arena == NULL)
		status = EX_OSERR;
	if (status < 0 && load(&check, &errors, &snapshot) < 0) {
		for (size_t i = 0; i < errors.count; i++)
			fprintf(stderr, "mailvet: %s\n", errors.texts[i]);
		status = EX_CONFIG;
	}
	if (status < 0)
		status = evaluate(&check, snapshot);
	snapshot_unref(snapshot);
	arena_free(errors.arena);
	free(check.zone);
	return status;
}
