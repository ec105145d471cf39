#include "host/postfix_conf.h"

#include "base/strbuf.h"
#include "host/run.h"

enum { SETTINGS_MAX = 32 };

#define SOCKETS "unix:" MAILVET_RUNDIR "/"

struct list {
	const struct host *host;
	struct postfix_setting *settings;
	size_t count;
	int err;
};

void
postfix_command(const struct host *host, const char *option,
	const char *argument, const char *ret[6])
{
	size_t n = 0;

	ret[n++] = "postconf";
	ret[n++] = "-c";
	ret[n++] = host_path(host, "/etc/postfix");
	ret[n++] = option;
	ret[n++] = argument;
	ret[n] = NULL;
}

/* The output of postconf, argument may be NULL; failure sticks in list->err. */
static struct str
ask(struct list *list, const char *option, const char *argument)
{
	const char *argv[6];
	struct run_result result;

	postfix_command(list->host, option, argument, argv);
	if (list->err < 0)
		return STR("");
	list->err = run(list->host->arena, argv, STR(""), &result);
	if (list->err == 0 && result.status != 0)
		list->err = ERR_IO;
	return list->err == 0 ? str_trim(result.out) : STR("");
}

static void
add(struct list *list, struct postfix_setting setting)
{
	if (setting.should.p == NULL)
		list->err = ERR_NOMEM;
	if (list->count < SETTINGS_MAX)
		list->settings[list->count++] = setting;
}

/* ---- lists of milters ------------------------------------------------ */

/* The next milter of a list, whose items commas or spaces part; braces hold
 * together what is in them. */
static struct str
next_milter(struct str *list)
{
	size_t n = 0, depth = 0;
	struct str item;

	while (list->n > 0 && (list->p[0] == ',' || is_space(list->p[0])))
		*list = str_from(*list, 1);
	for (; n < list->n; n++) {
		char c = list->p[n];

		depth += c == '{';
		depth -= c == '}' && depth > 0;
		if (depth == 0 && (c == ',' || is_space(c)))
			break;
	}
	item = str_first(*list, n);
	*list = str_from(*list, n);
	return item;
}

static bool
is_ours(struct str milter)
{
	for (size_t at = 0; at < milter.n; at++)
		if (str_istarts(str_from(milter, at), STR(SOCKETS)))
			return true;
	return false;
}

static void
add_item(struct strbuf *sb, struct str item)
{
	if (sb->n > 0)
		sb_addz(sb, ", ");
	sb_add(sb, item);
}

static void
add_others(struct strbuf *sb, struct str list)
{
	for (;;) {
		struct str item = next_milter(&list);

		if (item.n == 0)
			return;
		if (!is_ours(item))
			add_item(sb, item);
	}
}

bool
postfix_has_ours(struct str list)
{
	struct str item;

	while ((item = next_milter(&list)).n > 0)
		if (is_ours(item))
			return true;
	return false;
}

struct str
postfix_without(struct arena *arena, struct str list)
{
	struct strbuf sb = sb_new(arena);

	add_others(&sb, list);
	return sb_done(&sb);
}

struct str
postfix_milters(struct arena *arena, struct str list,
	const char *const *milters)
{
	struct strbuf sb = sb_new(arena);

	add_others(&sb, list);
	for (; *milters != NULL; milters++) {
		if (sb.n > 0)
			sb_addz(&sb, ", ");
		sb_addf(&sb, SOCKETS "%s.sock", *milters);
	}
	return sb_done(&sb);
}

static bool
is_all_of_smtpd(struct str item)
{
	return str_eq(item, STR("$smtpd_milters")) ||
		str_eq(item, STR("${smtpd_milters}")) ||
		str_eq(item, STR("$(smtpd_milters)"));
}

struct str
postfix_local_milters(struct arena *arena, struct str list)
{
	static const char *const signer[] = { "sign", NULL };
	struct str rest = list, item;

	while ((item = next_milter(&rest)).n > 0)
		if (is_all_of_smtpd(item))
			return postfix_without(arena, list);
	return postfix_milters(arena, list, signer);
}

/* ---- main.cf --------------------------------------------------------- */

static struct postfix_setting
main_setting(struct list *list, const char *key)
{
	struct postfix_setting s = { .kind = POSTFIX_MAIN, .key = key };

	s.is = ask(list, "-h", key);
	/* "NAME = VALUE", or nothing when it is the default. */
	s.is_set = ask(list, "-n", key).n > 0;
	return s;
}

static void
add_main(struct list *list, const char *const *milters)
{
	struct arena *arena = list->host->arena;
	struct postfix_setting s = main_setting(list, "smtpd_milters");

	s.should = postfix_milters(arena, s.is, milters);
	s.why = "mail by SMTP does not pass all milters in their order";
	add(list, s);

	s = main_setting(list, "non_smtpd_milters");
	s.should = postfix_local_milters(arena, s.is);
	s.why = "mail of local programs is not signed";
	add(list, s);

	s = main_setting(list, "milter_default_action");
	s.ours = s.should = STR("tempfail");
	s.why = "mail goes past a milter that is down";
	add(list, s);
}

/* ---- master.cf ------------------------------------------------------- */

/* The nth word of a line of master.cf. */
static struct str
word(struct str line, unsigned nth)
{
	for (;; nth--) {
		size_t n = 0;

		line = str_trim(line);
		while (n < line.n && !is_space(line.p[n]))
			n++;
		if (nth == 0)
			return str_first(line, n);
		line = str_from(line, n);
	}
}

static const char *
service_key(struct list *list, struct str line, const char *what)
{
	struct strbuf sb = sb_new(list->host->arena);

	sb_addf(&sb, "%.*s/%.*s/%s", STR_ARG(word(line, 0)),
		STR_ARG(word(line, 1)), what);
	return sb_done(&sb).p;
}

/* In a chroot jail there is no /run/mailvet. */
static void
add_jail(struct list *list, struct str line)
{
	struct postfix_setting s = { .kind = POSTFIX_FIELD, .is_set = true };

	s.key = service_key(list, line, "chroot");
	s.is = word(line, 4);
	s.ours = STR("n");
	s.should = str_eq(s.is, STR("y")) ? s.ours : s.is;
	s.why = "the service is in a chroot jail, where the milters' sockets "
		"are not";
	add(list, s);
}

/* So that submission-daemons can name the listener. */
static void
add_name(struct list *list, struct str line)
{
	struct postfix_setting s = { .kind = POSTFIX_SERVICE };

	s.key = service_key(list, line, "milter_macro_daemon_name");
	s.is = ask(list, "-P", s.key);
	s.is_set = s.is.n > 0;
	/* "submission/inet/milter_macro_daemon_name = VALUE" */
	if (s.is_set) {
		(void)str_cut(&s.is, '=');
		s.is = str_trim(s.is);
	}
	s.ours = STR("MSA");
	s.should = str_eq(s.is, STR("ORIGINATING")) ? s.is : s.ours;
	s.why = "the milters cannot tell that this listener is for submission";
	add(list, s);
}

static bool
is_submission(struct str service)
{
	return str_eq(service, STR("submission")) ||
		str_eq(service, STR("submissions")) ||
		str_eq(service, STR("smtps")) || str_eq(service, STR("587")) ||
		str_eq(service, STR("465"));
}

static void
add_master(struct list *list)
{
	struct str services = ask(list, "-M", NULL);
	struct str cleanup = ask(list, "-M", "cleanup/unix");

	while (services.p != NULL) {
		struct str line = str_cut(&services, '\n');

		if (!str_eq(word(line, 1), STR("inet")) ||
			!str_eq(word(line, 7), STR("smtpd")))
			continue;
		add_jail(list, line);
		if (is_submission(word(line, 0)))
			add_name(list, line);
	}
	if (cleanup.n > 0)
		add_jail(list, cleanup);
}

int
postfix_settings(const struct host *host, const char *const *milters,
	struct postfix_setting **ret, size_t *count)
{
	struct list list = { .host = host };

	list.settings = arena_array(host->arena, SETTINGS_MAX,
		sizeof(*list.settings));
	if (list.settings == NULL)
		return ERR_NOMEM;
	add_main(&list, milters);
	add_master(&list);
	*ret = list.settings;
	*count = list.count;
	return list.err;
}

/* ---- listeners with a list of their own ------------------------------ */

static bool
is_loopback(struct str service)
{
	return str_istarts(service, STR("127.")) ||
		str_istarts(service, STR("localhost:")) ||
		str_istarts(service, STR("[::1]:"));
}

static bool
are_same(struct str a, struct str b)
{
	struct str one, other;

	do {
		one = next_milter(&a);
		other = next_milter(&b);
	} while (one.n > 0 && str_eq(one, other));
	return one.n == 0 && other.n == 0;
}

/* A line "SERVICE/inet/smtpd_milters = LIST". */
static void
add_override(struct list *list, struct str line, const char *const *milters)
{
	struct arena *arena = list->host->arena;
	struct postfix_setting s = { .kind = POSTFIX_SERVICE, .is_set = true };

	s.key = arena_copy(arena, str_trim(str_cut(&line, '='))).p;
	s.is = str_trim(line);
	s.should = postfix_milters(arena, s.is, milters);
	s.why = "its mail does not pass all milters in their order";
	if (s.key == NULL)
		list->err = ERR_NOMEM;
	else if (!are_same(s.is, s.should) &&
		!(s.is.n == 0 && is_loopback(str_of(s.key))))
		add(list, s);
}

int
postfix_overrides(const struct host *host, const char *const *milters,
	struct postfix_setting **ret, size_t *count)
{
	struct list list = { .host = host };
	struct str lines;

	list.settings = arena_array(host->arena, SETTINGS_MAX,
		sizeof(*list.settings));
	if (list.settings == NULL)
		return ERR_NOMEM;
	lines = ask(&list, "-P", "*/inet/smtpd_milters");
	while (lines.p != NULL) {
		struct str line = str_cut(&lines, '\n');

		if (line.n > 0)
			add_override(&list, line, milters);
	}
	*ret = list.settings;
	*count = list.count;
	return list.err;
}
