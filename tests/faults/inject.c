/*
 * inject.so: an allocator and a pthread_create that fail when told to; see
 * inject.h.  With MAILVET_INJECT_TRACE set, where it happened, and where the
 * program crashed, goes to standard error.
 */
#include "inject.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FRAMES = 24 };

/* The C library's own names for what we replace. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t align, size_t size);

static struct inject *control;
static bool tracing;

static void
trace(const char *what)
{
	void *frames[FRAMES];

	dprintf(STDERR_FILENO, "%s here:\n", what);
	backtrace_symbols_fd(frames, backtrace(frames, FRAMES),
	    STDERR_FILENO);
}

static void
on_crash(int number)
{
	trace("crashed");
	signal(number, SIG_DFL);
}

static void __attribute__((constructor))
find_control(void)
{
	const char *directory = getenv(INJECT_ENVIRONMENT);
	void *frames[FRAMES];
	char path[256];
	void *p;
	int fd;

	if (directory == NULL)
		return;
	tracing = getenv(INJECT_ENVIRONMENT "_TRACE") != NULL;
	if (tracing) {	/* the first time it allocates */
		(void)backtrace(frames, FRAMES);
		signal(SIGSEGV, on_crash);
	}
	snprintf(path, sizeof(path), "%s/%s", directory,
	    program_invocation_short_name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	p = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED,
	    fd, 0);
	close(fd);
	if (p != MAP_FAILED)
		control = p;
}

/* Is it this one's turn? */
static bool
fails(void)
{
	long left;

	if (control == NULL)
		return false;
	atomic_fetch_add(&control->asked, 1);
	left = atomic_load(&control->allocations);
	/* 1 is the turn; with from_then_on it stays there. */
	while (left > 0) {
		bool turn = left == 1;
		long next = turn && atomic_load(&control->from_then_on) ? 1
		    : left - 1;

		if (!atomic_compare_exchange_weak(&control->allocations,
		    &left, next))
			continue;
		if (!turn)
			return false;
		if (atomic_fetch_add(&control->failed, 1) == 0 && tracing)
			trace("injected");
		errno = ENOMEM;
		return true;
	}
	return false;
}

void *
malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *p, size_t size)
{
	return fails() ? NULL : __libc_realloc(p, size);
}

void *
memalign(size_t align, size_t size)
{
	return fails() ? NULL : __libc_memalign(align, size);
}

void *
aligned_alloc(size_t align, size_t size)
{
	return memalign(align, size);
}

int
posix_memalign(void **ret, size_t align, size_t size)
{
	void *p = memalign(align, size);

	if (p == NULL)
		return ENOMEM;
	*ret = p;
	return 0;
}

int
pthread_create(pthread_t *thread, const pthread_attr_t *attr,
    void *(*start)(void *), void *arg)
{
	static int (*real)(pthread_t *, const pthread_attr_t *,
	    void *(*)(void *), void *);

	if (control != NULL && atomic_load(&control->no_threads)) {
		atomic_fetch_add(&control->failed, 1);
		return EAGAIN;
	}
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
	return real(thread, attr, start, arg);
}
