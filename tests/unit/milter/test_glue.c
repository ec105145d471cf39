#include "unit/milter/fake_mfapi.h"
#include "unit/pipeline/drive.h"

#include "base/log.h"
#include "milter/glue.h"
#include "milter/stats.h"

#include <netinet/in.h>

static struct slot slot;
static char logged[LOG_LINE_MAX];
static int lines;

static void
catch(enum log_level level, const char *line, const struct log_field *fields,
	size_t count)
{
	(void)level;
	(void)fields;
	(void)count;
	snprintf(logged, sizeof(logged), "%s", line);
	lines++;
}

static struct program program;

static int
begin_test(void **state)
{
	memset(&mta, 0, sizeof(mta));
	mta.queue_id = "Q1";
	lines = 0;
	logged[0] = '\0';
	log_use(catch);
	program = (struct program){ "test", "", one };
	if (setup(state) != 0)
		return -1;
	slot_init(&slot, load(&program, "mx.example"));
	return glue_register(&program, &slot);
}

static int
end_test(void **state)
{
	assert_int_equal(stats_connections(), 0);
	slot_destroy(&slot);
	return teardown(state);
}

/* ---- an MTA ------------------------------------------------------------- */

static const unsigned long all_actions = 0x1ff, all_steps = 0x1fffff;
static unsigned long steps; /* agreed */

static sfsistat
negotiate_with(unsigned long actions, unsigned long offered)
{
	unsigned long ret, none;

	return mta.registered.xxfi_negotiate(the_ctx, actions, offered, 0, 0,
		&ret, &steps, &none, &none);
}

static sfsistat
connect_mta(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };

	sin.sin_addr.s_addr = htonl(0xc0000201); /* 192.0.2.1 */
	return mta.registered.xxfi_connect(the_ctx, "c.example",
		(_SOCK_ADDR *)(void *)&sin);
}

static sfsistat
tell(enum stage stage)
{
	static char *mail[] = { "<u@d.example>", NULL };
	static char *rcpt[] = { "<r@d.example>", NULL };
	static unsigned char text[] = "text";

	switch (stage) {
	case MAIL:
		return mta.registered.xxfi_envfrom(the_ctx, mail);
	case RCPT:
		return mta.registered.xxfi_envrcpt(the_ctx, rcpt);
	case HEADERS:
		return mta.registered.xxfi_eoh(the_ctx);
	case BODY:
		return mta.registered.xxfi_body(the_ctx, text, 4);
	default:
		return mta.registered.xxfi_eom(the_ctx);
	}
}

static sfsistat
send_header(char *name, char *value)
{
	return mta.registered.xxfi_header(the_ctx, name, value);
}

static void
hang_up(void)
{
	mta.registered.xxfi_close(the_ctx);
	assert_null(mta.private);
}

/* ---- negotiation -------------------------------------------------------- */

static void
negotiates(void **state)
{
	(void)state;
	assert_int_equal(SMFIS_CONTINUE,
		negotiate_with(all_actions, all_steps));
	assert_int_equal(steps & ~all_steps, 0);
	assert_int_equal(stats_connections(), 1);
	assert_non_null(strstr(mta.calls, "i {auth_authen}"));
	/* An MTA that does it again leaves nothing behind. */
	assert_int_equal(SMFIS_CONTINUE, negotiate_with(all_actions, 0));
	assert_int_equal(steps, 0);
	assert_int_equal(stats_connections(), 1);
	hang_up();
	assert_int_equal(SMFIS_REJECT,
		negotiate_with(all_actions & ~(unsigned long)SMFIF_CHGHDRS,
			all_steps));
	assert_non_null(strstr(logged, "refusing"));
	hang_up();
	/* No way to ask for macros: they may come all the same. */
	mta.calls[0] = '\0';
	assert_int_equal(SMFIS_CONTINUE, negotiate_with(
		SMFIF_ADDHDRS | SMFIF_CHGHDRS, all_steps));
	assert_string_equal(mta.calls, "");
	hang_up();
}

/* ---- messages ----------------------------------------------------------- */

/* Asked for silence where the MTA takes it, an answer where it does not. */
static void
one_message(void **state)
{
	(void)state;
	for (int talks = 0; talks < 2; talks++) {
		sfsistat early = talks ? SMFIS_CONTINUE : SMFIS_NOREPLY;

		negotiate_with(all_actions, talks ? 0 : all_steps);
		mta.calls[0] = '\0';
		assert_int_equal(early, connect_mta());
		assert_int_equal(early, tell(MAIL));
		assert_int_equal(early, send_header("From", " x"));
		assert_int_equal(early, send_header("Authentication-Results",
			" mx.example; spf=pass"));
		assert_int_equal(early, tell(HEADERS));
		assert_string_equal(mta.calls, "");
		assert_int_equal(SMFIS_CONTINUE, tell(END));
		assert_true(str_istarts(str_of(mta.calls), talks ?
			STR("[chg 1 Authentication-Results:-]"
			    "[ins 0 Authentication-Results:mx.example; none") :
			STR("[chg 1 Authentication-Results:-]"
			    "[ins 0 Authentication-Results: mx.example;")));
		assert_string_equal(logged, "Q1: client=192.0.2.1 "
			"mail-from=u@d.example verdict=accept");
		hang_up();
	}
	assert_int_equal(lines, 2);
}

/* The value is the sender's, byte for byte, also if the MTA cut its space. */
static void
leading_space(void **state)
{
	(void)state;
	negotiate_with(all_actions, all_steps);
	connect_mta();
	tell(MAIL);
	send_header("From", "\tx");
	assert_str(the_message->headers.fields[0].value, "\tx");
	hang_up();
	negotiate_with(all_actions,
		all_steps & ~(unsigned long)SMFIP_HDR_LEADSPC);
	connect_mta();
	tell(MAIL);
	send_header("From", "\tx");
	send_header("Empty", "");
	assert_str(the_message->headers.fields[0].value, " \tx");
	assert_str(the_message->headers.fields[1].value, " ");
	hang_up();
}

static void
strangers_only(void **state)
{
	(void)state;
	mta.auth_user = "joe";
	negotiate_with(all_actions, 0);
	assert_int_equal(SMFIS_CONTINUE, connect_mta());
	assert_int_equal(SMFIS_ACCEPT, tell(MAIL));
	assert_int_equal(SMFIS_CONTINUE, tell(END));
	assert_int_equal(lines, 0);
	hang_up();
}

/* Postfix tells the queue id late; without any there is no seal. */
static void
queue_ids(void **state)
{
	(void)state;
	negotiate_with(all_actions, all_steps);
	connect_mta();
	mta.queue_id = NULL;
	tell(MAIL);
	mta.queue_id = "late";
	assert_int_equal(SMFIS_CONTINUE, tell(END));
	assert_true(str_istarts(str_of(logged), STR("late: ")));
	mta.queue_id = NULL;
	tell(MAIL);
	assert_int_equal(SMFIS_TEMPFAIL, tell(END));
	assert_non_null(strstr(mta.calls, "[reply 451 4.3.5 "));
	hang_up();
}

/* ---- verdicts ----------------------------------------------------------- */

/* Told at once if the MTA waits, else at the end; logged once. */
static void
verdicts(void **state)
{
	(void)state;
	for (int talks = 0; talks < 2; talks++) {
		negotiate_with(all_actions, talks ? 0 : all_steps);
		connect_mta();
		scripts[0].verdicts[HEADERS] = VERDICT_REJECT;
		tell(MAIL);
		lines = 0;
		if (talks) {
			assert_int_equal(SMFIS_REJECT, tell(HEADERS));
		} else {
			assert_int_equal(SMFIS_NOREPLY, tell(HEADERS));
			assert_int_equal(SMFIS_REJECT, tell(END));
		}
		assert_int_equal(lines, 1);
		assert_non_null(strstr(logged, "verdict=reject"));
		scripts[0].verdicts[HEADERS] = VERDICT_TEMPFAIL;
		tell(MAIL);
		tell(HEADERS);
		assert_int_equal(talks ? SMFIS_CONTINUE : SMFIS_TEMPFAIL,
			tell(END));
		scripts[0].verdicts[HEADERS] = VERDICT_CONTINUE;
		tell(MAIL);
		assert_int_equal(SMFIS_CONTINUE, tell(END));
		hang_up();
	}
}

static void
refused_recipients(void **state)
{
	(void)state;
	scripts[0].verdicts[RCPT] = VERDICT_REJECT;
	negotiate_with(all_actions, 0);
	connect_mta();
	tell(MAIL);
	assert_int_equal(SMFIS_REJECT, tell(RCPT));
	scripts[0].verdicts[RCPT] = VERDICT_CONTINUE;
	assert_int_equal(SMFIS_CONTINUE, tell(RCPT));
	assert_int_equal(SMFIS_CONTINUE, tell(END));
	assert_non_null(strstr(logged, "refused-recipients=1"));
	/* All of them refused: the MTA gives up, and the line is written. */
	scripts[0].verdicts[RCPT] = VERDICT_TEMPFAIL;
	lines = 0;
	tell(MAIL);
	assert_int_equal(SMFIS_TEMPFAIL, tell(RCPT));
	mta.registered.xxfi_abort(the_ctx);
	assert_int_equal(lines, 1);
	assert_non_null(strstr(logged, "verdict=defer"));
	hang_up();
}

/* Nobody waits for a verdict on a recipient: the message is refused. */
static void
refused_recipient_in_silence(void **state)
{
	(void)state;
	scripts[0].verdicts[RCPT] = VERDICT_REJECT;
	negotiate_with(all_actions, 0x1fffff);
	connect_mta();
	tell(MAIL);
	tell(RCPT);
	assert_int_equal(SMFIS_REJECT, tell(END));
	hang_up();
}

static void
skipped_body(void **state)
{
	(void)state;
	scripts[0].verdicts[BODY] = VERDICT_SKIP;
	negotiate_with(all_actions, SMFIP_SKIP);
	connect_mta();
	tell(MAIL);
	assert_int_equal(SMFIS_SKIP, tell(BODY));
	hang_up();
	negotiate_with(all_actions, 0);
	connect_mta();
	tell(MAIL);
	assert_int_equal(SMFIS_CONTINUE, tell(BODY));
	hang_up();
}

/* What the MTA does not take defers the message. */
static void
refused_edits(void **state)
{
	(void)state;
	negotiate_with(all_actions, all_steps);
	connect_mta();
	tell(MAIL);
	mta.fails_at = 1;
	assert_int_equal(SMFIS_TEMPFAIL, tell(END));
	assert_non_null(strstr(logged, "verdict=defer"));
	tell(MAIL);
	assert_int_equal(SMFIS_CONTINUE, tell(END));
	hang_up();
}

/* ---- connections -------------------------------------------------------- */

/* An MTA goes whenever it likes; a sanitizer sees what is left. */
static void
broken_off(void **state)
{
	(void)state;
	for (int last = MAIL - 1; last < STAGES; last++) {
		for (int aborts = 0; aborts < 2; aborts++) {
			negotiate_with(all_actions, all_steps);
			connect_mta();
			for (int s = MAIL; s <= last && s < STAGES; s++)
				tell((enum stage)s);
			if (aborts)
				mta.registered.xxfi_abort(the_ctx);
			hang_up();
			assert_int_equal(stats_connections(), 0);
		}
	}
	mta.registered.xxfi_abort(the_ctx);
	hang_up();
}

/* SMFIC_QUIT_NC: the next connection comes without a negotiation. */
static void
next_connection(void **state)
{
	(void)state;
	negotiate_with(all_actions, all_steps);
	connect_mta();
	hang_up();
	mta.calls[0] = '\0';
	connect_mta();
	tell(MAIL);
	tell(HEADERS);
	assert_int_equal(SMFIS_CONTINUE, tell(END));
	assert_non_null(strstr(mta.calls, "[ins 0 Authentication-Results: "));
	hang_up();
}

/* A reload is for the connections that begin after it. */
static void
reload(void **state)
{
	(void)state;
	negotiate_with(all_actions, all_steps);
	connect_mta();
	slot_replace(&slot, load(&program, "new.example"));
	tell(MAIL);
	tell(END);
	assert_non_null(strstr(mta.calls, " mx.example; none"));
	hang_up();
	negotiate_with(all_actions, all_steps);
	connect_mta();
	tell(MAIL);
	tell(END);
	assert_non_null(strstr(mta.calls, " new.example; none"));
	hang_up();
}

/* A message that fills its arena is deferred, and the next one is fine. */
static void
without_memory(void **state)
{
	(void)state;
	negotiate_with(all_actions,
		all_steps & ~(unsigned long)SMFIP_HDR_LEADSPC);
	connect_mta();
	scripts[0].uses_memory = true;
	tell(MAIL);
	send_header("From", "a value that is too long for the arena");
	assert_int_equal(SMFIS_TEMPFAIL, tell(END));
	scripts[0].uses_memory = false;
	tell(MAIL);
	assert_int_equal(SMFIS_CONTINUE, tell(END));
	hang_up();
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, begin_test, end_test)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(negotiates),
		TEST(one_message),
		TEST(leading_space),
		TEST(strangers_only),
		TEST(queue_ids),
		TEST(verdicts),
		TEST(refused_recipients),
		TEST(refused_recipient_in_silence),
		TEST(skipped_body),
		TEST(refused_edits),
		TEST(broken_off),
		TEST(next_connection),
		TEST(reload),
		TEST(without_memory),
	};

	return cmocka_run_group_tests(tests, make_key, remove_key);
}
