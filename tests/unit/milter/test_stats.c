#include "unit/base/check.h"

#include "base/log.h"
#include "milter/stats.h"

#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>

static int fd;

static const char *
reported_by(const struct filter *const *filters)
{
	const struct program program = { .filters = filters };
	static char text[256];
	ssize_t n;

	stats_report(&program);
	n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static const char *
reported(void)
{
	static const struct filter *const none[] = { NULL };

	return reported_by(none);
}

static void *
work(void *arg)
{
	(void)arg;
	for (int i = 0; i < 1000; i++) {
		stats_connection(+1);
		stats_message(VERDICT_CONTINUE);
		stats_connection(-1);
	}
	return NULL;
}

static void
counts(void **state)
{
	pthread_t threads[4];

	(void)state;
	assert_string_equal(reported(), "STATUS=0 messages, 0 deferred, "
		"0 rejected; 0 connections");
	stats_connection(+1);
	stats_connection(+1);
	stats_message(VERDICT_CONTINUE);
	stats_message(VERDICT_TEMPFAIL);
	stats_message(VERDICT_REJECT);
	stats_message(VERDICT_REJECT);
	assert_string_equal(reported(), "STATUS=4 messages, 1 deferred, "
		"2 rejected; 2 connections");
	assert_int_equal(stats_connections(), 2);
	stats_connection(-1);
	for (size_t i = 0; i < COUNT(threads); i++)
		pthread_create(&threads[i], NULL, work, NULL);
	for (size_t i = 0; i < COUNT(threads); i++)
		pthread_join(threads[i], NULL);
	assert_string_equal(reported(), "STATUS=4004 messages, 1 deferred, "
		"2 rejected; 1 connections");
}

static int
tell_much(struct arena *arena, struct news *ret)
{
	(void)arena;
	ret->status = STR("7 geese");
	ret->warning = STR("one is lost");
	return 0;
}

static int
tell_nothing(struct arena *arena, struct news *ret)
{
	(void)arena;
	ret->status = ret->warning = STR("");
	return 0;
}

static int
fail_to_tell(struct arena *arena, struct news *ret)
{
	(void)arena;
	ret->warning = STR("half a wor");
	return ERR_NOMEM;
}

static char logged[200];

static void
take_log(enum log_level level, const char *line,
	const struct log_field *fields, size_t count)
{
	(void)fields;
	(void)count;
	snprintf(logged + strlen(logged), sizeof(logged) - strlen(logged),
		"<%d>%s\n", level, line);
}

/* What filters tell stands behind; what they warn of is logged. */
static void
news(void **state)
{
	static const struct filter mute = { .name = "mute" },
		quiet = { .name = "quiet", .tell = tell_nothing },
		broken = { .name = "broken", .tell = fail_to_tell },
		goose = { .name = "goose", .tell = tell_much };
	static const struct filter *const filters[] = { &mute, &quiet,
		&broken, &goose, NULL };
	const char *text;

	(void)state;
	log_use(take_log);
	text = strchr(reported_by(filters), ';');
	log_use(log_to_stderr);
	assert_string_equal(text, "; 1 connections; 7 geese");
	assert_string_equal(logged, "<4>goose: one is lost\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),
		cmocka_unit_test(news),
	};
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	char dir[] = "/tmp/mailvet-stats-XXXXXX";
	int failed;

	if (mkdtemp(dir) == NULL)
		return 1;
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/s", dir);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (bind(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0)
		return 1;
	setenv("NOTIFY_SOCKET", sun.sun_path, 1);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(sun.sun_path);
	rmdir(dir);
	return failed;
}
