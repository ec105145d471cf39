#include "doctor/doctor.h"

#include <jansson.h>
#include <stdio.h>
#include <sysexits.h>

static const char *const words[] = { "ok", "warn", "fail" };

void
doctor_print(const struct doctor *doctor)
{
	for (size_t i = 0; i < doctor->count; i++) {
		const struct finding *f = &doctor->findings[i];

		printf("%-4s  %-8s  %s\n", words[f->health], f->check,
			f->what);
		if (f->mend != NULL)
			printf("                to mend it: %s\n", f->mend);
	}
}

int
doctor_print_json(const struct doctor *doctor)
{
	json_t *list = json_array();
	int err = 0;

	for (size_t i = 0; i < doctor->count; i++) {
		const struct finding *f = &doctor->findings[i];

		err |= json_array_append_new(list,
			json_pack("{s:s, s:s, s:s, s:s?}", "check", f->check,
				"health", words[f->health], "what", f->what,
				"mend", f->mend));
	}
	err |= json_dumpf(list, stdout, JSON_INDENT(2));
	printf("\n");
	json_decref(list);
	return err == 0 ? EX_OK : EX_SOFTWARE;
}
