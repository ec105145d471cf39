/* The policy is played by these stand-ins for libselinux. */
#include "unit/base/check.h"

#include "os/labels.h"

#include <errno.h>
#include <selinux/label.h>
#include <selinux/selinux.h>

static struct {
	int enabled;
	bool no_policy; /* selabel_open fails */
	bool no_rule;	/* for the path */
	bool refuses;	/* setfscreatecon fails */
	int opened, allocated;
	int sets;
	char current[100];
	char looked_up[100];
	int mode;
} policy;

static char handle;

int
is_selinux_enabled(void)
{
	return policy.enabled;
}

struct selabel_handle *
selabel_open(unsigned backend, const struct selinux_opt *opts, unsigned n)
{
	(void)opts;
	(void)n;
	assert_int_equal(backend, SELABEL_CTX_FILE);
	if (policy.no_policy)
		return NULL;
	policy.opened++;
	return (struct selabel_handle *)&handle;
}

int
selabel_lookup(struct selabel_handle *h, char **label, const char *path,
	int mode)
{
	assert_ptr_equal(h, &handle);
	snprintf(policy.looked_up, sizeof(policy.looked_up), "%s", path);
	policy.mode = mode;
	if (policy.no_rule) {
		errno = ENOENT;
		return -1;
	}
	*label = strdup("system_u:object_r:mailvet_spf_milter_data_t:s0");
	policy.allocated++;
	return 0;
}

void
selabel_close(struct selabel_handle *h)
{
	assert_ptr_equal(h, &handle);
	policy.opened--;
}

int
setfscreatecon(const char *label)
{
	policy.sets++;
	if (policy.refuses)
		return -1;
	snprintf(policy.current, sizeof(policy.current), "%s",
		label != NULL ? label : "");
	return 0;
}

void
freecon(char *label)
{
	if (label != NULL)
		policy.allocated--;
	free(label);
}

static int
setup(void **state)
{
	(void)state;
	memset(&policy, 0, sizeof(policy));
	policy.enabled = 1;
	return 0;
}

static void
assert_nothing_left(void)
{
	assert_int_equal(policy.opened, 0);
	assert_int_equal(policy.allocated, 0);
}

static void
labelled(void **state)
{
	(void)state;
	assert_int_equal(0, labels_create_as("/run/x.sock", S_IFSOCK));
	assert_string_equal(policy.looked_up, "/run/x.sock");
	assert_int_equal(policy.mode, S_IFSOCK);
	assert_string_equal(policy.current,
		"system_u:object_r:mailvet_spf_milter_data_t:s0");
	labels_reset();
	assert_string_equal(policy.current, "");
	assert_nothing_left();
}

static void
nothing_to_do(void **state)
{
	(void)state;
	for (int enabled = -1; enabled <= 0; enabled++) {
		policy.enabled = enabled;
		assert_int_equal(0, labels_create_as("/x", S_IFSOCK));
		labels_reset();
	}
	policy.enabled = 1;
	policy.no_policy = true;
	assert_int_equal(0, labels_create_as("/x", S_IFREG));
	policy.no_policy = false;
	policy.no_rule = true;
	assert_int_equal(0, labels_create_as("/x", S_IFREG));
	assert_int_equal(policy.sets, 0);
	assert_nothing_left();
}

/* A label that we may not give is no reason to go on without it. */
static void
refused(void **state)
{
	(void)state;
	policy.refuses = true;
	assert_int_equal(ERR_IO, labels_create_as("/x", S_IFSOCK));
	labels_reset();
	assert_nothing_left();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(labelled, setup),
		cmocka_unit_test_setup(nothing_to_do, setup),
		cmocka_unit_test_setup(refused, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
