#include "report/lease.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

static int64_t
uptime(void)
{
	struct timespec now = { 0 };

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec + 1;
}

static int
renew(struct reporter *r)
{
	struct value host = TEXT(r->settings->host);
	int64_t now;
	int err = store_clock(r->store, &now);

	if (err == 0)
		err = store_run(r->store, "INSERT INTO leases (name, owner, "
			"expires) VALUES ('send', $1, 0) "
			"ON CONFLICT (name) DO NOTHING", PARAMS(host));
	if (err >= 0)
		err = store_run(r->store, "UPDATE leases SET owner = $1, "
			"expires = $2 WHERE name = 'send' AND "
			"(owner = $1 OR expires < $3)",
			PARAMS(host, INT(now + LEASE_SECONDS), INT(now)));
	return err;
}

int
lease_take(struct reporter *r)
{
	int64_t now = uptime();
	int taken;

	if (r->lease > 0 && now - r->lease < LEASE_RENEW)
		return 1;
	taken = renew(r);
	r->lease = taken > 0 ? now : 0;
	return taken;
}

int
lease_release(struct reporter *r)
{
	int err;

	r->lease = 0;
	err = store_run(r->store, "UPDATE leases SET expires = 0 "
		"WHERE name = 'send' AND owner = $1",
		PARAMS(TEXT(r->settings->host)));

	return err < 0 ? err : 0;
}

int
lease_lock_directory(const char *directory)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return ERR_IO;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0; /* fd stays open: the lock is the process's */
	close(fd);
	return errno == EWOULDBLOCK ? ERR_LIMIT : ERR_IO;
}
