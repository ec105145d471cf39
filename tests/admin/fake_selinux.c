/*
 * Preloaded into mailvet, so that it finds an SELinux where there is none.
 *
 * $FAKE_SELINUX is a directory; what is wrong there is a file in it:
 *	permissive	SELinux does not enforce
 *	no-module	the policy does not know our domains
 *	wrong-label	holds the end of the path of a file with a wrong label
 *	denied		holds the domain that may connect to nothing
 */
#include <selinux/label.h>
#include <selinux/selinux.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Is there such a file; its first line goes to text. */
static bool
is_set(const char *name, char *text, size_t size)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", getenv("FAKE_SELINUX"), name);
	file = fopen(path, "r");
	if (file == NULL)
		return false;
	if (text != NULL && fgets(text, (int)size, file) == NULL)
		text[0] = '\0';
	if (text != NULL)
		text[strcspn(text, "\n")] = '\0';
	fclose(file);
	return true;
}

int
is_selinux_enabled(void)
{
	return 1;
}

int
security_getenforce(void)
{
	return is_set("permissive", NULL, 0) ? 0 : 1;
}

int
security_check_context(const char *context)
{
	return strstr(context, "mailvet_") != NULL &&
			is_set("no-module", NULL, 0)
		? -1
		: 0;
}

struct selabel_handle *
selabel_open(unsigned backend, const struct selinux_opt *options, unsigned n)
{
	static char handle;

	(void)backend, (void)options, (void)n;
	return (struct selabel_handle *)&handle;
}

void
selabel_close(struct selabel_handle *handle)
{
	(void)handle;
}

int
selabel_lookup(struct selabel_handle *handle, char **context,
	const char *path, int type)
{
	(void)handle, (void)path, (void)type;
	*context = strdup("system_u:object_r:right_t:s0");
	return 0;
}

int
lgetfilecon(const char *path, char **context)
{
	char end[4096];
	size_t n = 0;

	if (is_set("wrong-label", end, sizeof(end)))
		n = strlen(end);
	*context = strdup(n > 0 && strlen(path) > n &&
				strcmp(path + strlen(path) - n, end) == 0
			? "system_u:object_r:wrong_t:s0"
			: "system_u:object_r:right_t:s0");
	return 1;
}

int
selinux_file_context_cmp(const char *a, const char *b)
{
	return strcmp(a, b);
}

int
selinux_check_access(const char *source, const char *target,
	const char *class, const char *permission, void *data)
{
	char domain[256];

	(void)target, (void)class, (void)permission, (void)data;
	return is_set("denied", domain, sizeof(domain)) &&
			strstr(source, domain) != NULL
		? -1
		: 0;
}

int
setfscreatecon(const char *context)
{
	(void)context;
	return 0;
}

void
freecon(char *context)
{
	free(context);
}
