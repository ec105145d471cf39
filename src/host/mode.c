#include "host/mode.h"

#include "host/file.h"
#include "host/postfix_conf.h"
#include "host/run.h"
#include "host/sendmail_cf.h"

enum mode { MODE_UNKNOWN, MODE_CHAIN, MODE_INBOUND };

static enum mode
mode_of_sendmail(const struct host *host)
{
	const char *path = host_path(host, "/etc/mail/sendmail.cf");
	struct str text;
	struct cf cf;

	if (path == NULL || file_read(host->arena, path, &text) < 0 ||
		cf_parse(host->arena, text, &cf) < 0)
		return MODE_UNKNOWN;
	if (cf_find(&cf, STR("mailvet-inbound")) != NULL)
		return MODE_INBOUND;
	return cf_find(&cf, STR("mailvet-spf")) != NULL ? MODE_CHAIN
							: MODE_UNKNOWN;
}

static bool
has(struct str text, struct str part)
{
	return text.n > 0 && memmem(text.p, text.n, part.p, part.n) != NULL;
}

static enum mode
mode_of_postfix(const struct host *host)
{
	const char *argv[6];
	struct run_result result;

	postfix_command(host, "-h", "smtpd_milters", argv);
	if (run(host->arena, argv, STR(""), &result) < 0)
		return MODE_UNKNOWN;
	if (has(result.out, STR(MAILVET_RUNDIR "/inbound.sock")))
		return MODE_INBOUND;
	return has(result.out, STR(MAILVET_RUNDIR "/spf.sock")) ? MODE_CHAIN
								: MODE_UNKNOWN;
}

static enum mode
mode_of_mta(const struct host *host, enum mta mta)
{
	if (mta == MTA_SENDMAIL)
		return mode_of_sendmail(host);
	return mta == MTA_POSTFIX ? mode_of_postfix(host) : MODE_UNKNOWN;
}

bool
mode_is_inbound(const struct host *host, enum mta mta)
{
	enum mode mode = mode_of_mta(host, mta);

	if (mode != MODE_UNKNOWN)
		return mode == MODE_INBOUND;
	return host_unit(host, "is-enabled", "mailvet-inbound.socket");
}

const char *const *
mode_milters(bool inbound)
{
	static const char *const chain[] = { "spf", "dkim", "dmarc", "sign",
		NULL };
	static const char *const one[] = { "inbound", "sign", NULL };

	return inbound ? one : chain;
}
