#include "models/reserve.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>

#include "models/transaction.h"
#include "models/writer.h"

/* "1042 <boot id>": no number above 1042 was given out in that life of the
 * machine without having been durable first. */
#define META_RESERVED "counter/reserved"

/* So many checkpoints for one wait. */
#define RESERVED 1000

#define BOOT_SIZE 64

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char kernels_boot[BOOT_SIZE];
static const char *tests_boot;

static void
read_boot(void)
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (!file)
		return;
	if (!fgets(kernels_boot, sizeof kernels_boot, file))
		*kernels_boot = '\0';
	kernels_boot[strcspn(kernels_boot, "\n")] = '\0';
	fclose(file);
}

/* The name of the machine's life; "": there is none, so that nothing can be
 * reserved. */
static const char *
boot(void)
{
	pthread_once(&once, read_boot);
	return tests_boot ? tests_boot : kernels_boot;
}

void
weft__reserve_set_boot(const char *other)
{
	tests_boot = other;
}

/* The last number that is reserved; 0: none is. */
static int
read_reserved(struct weft_transaction *transaction, uint64_t *last,
    bool *is_of_this_boot, struct weft_error *error)
{
	struct weft_slice value;
	size_t at = 0;
	int code = weft__transaction_meta_get(
	    transaction, META_RESERVED, &value, error);

	*last = 0;
	*is_of_this_boot = false;
	if (code)
		return code == WEFT_ENOTFOUND ? 0 : code;
	for (; at < value.size && at < 16 && value.data[at] >= '0' &&
	     value.data[at] <= '9'; at++)
		*last = *last * 10 + (uint64_t)(value.data[at] - '0');
	if (at == value.size || value.data[at] != ' ')
		return weft_error_set(error, WEFT_EDAMAGED,
		    META_RESERVED " is not a number and a boot id");
	*is_of_this_boot = weft_slice_equal(
	    weft_slice_of(value.data + at + 1, value.size - at - 1),
	    weft_slice(boot()));
	return 0;
}

int
weft__reserve_recover(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	bool is_of_this_boot;
	uint64_t last;
	int code = read_reserved(transaction, &last, &is_of_this_boot, error);

	if (code || !last || is_of_this_boot)
		return code;
	code = weft__transaction_jump(transaction, 0, last, error);
	return code ? code
		    : weft__transaction_meta_put(transaction, META_RESERVED,
			  weft_slice(NULL), error);
}

/* Gives out a number that is reserved; 0: none is. */
static int
give_out(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft__counters *counters = &transaction->counters;
	bool is_of_this_boot;
	uint64_t *checkpoint = context, last;
	int code = read_reserved(transaction, &last, &is_of_this_boot, error);

	*checkpoint = 0;
	if (!code && is_of_this_boot && counters->checkpoint < last)
		*checkpoint = ++counters->checkpoint;
	return code;
}

/* Gives out a number and reserves those that follow. */
static int
reserve(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	uint64_t checkpoint = ++transaction->counters.checkpoint;
	char value[24 + BOOT_SIZE];

	*(uint64_t *)context = checkpoint;
	if (!*boot() || !transaction->session->ops->set_sync)
		return 0;
	snprintf(value, sizeof value, "%" PRIu64 " %s",
	    checkpoint + RESERVED, boot());
	return weft__transaction_meta_put(
	    transaction, META_RESERVED, weft_slice(value), error);
}

int
weft__reserve_checkpoint(struct weft_datasource *datasource,
    uint64_t *checkpoint, struct weft_error *error)
{
	int code = weft__datasource_write_soon(
	    datasource, give_out, checkpoint, error);

	return code || *checkpoint
	    ? code
	    : weft_datasource_transaction(
		  datasource, reserve, checkpoint, error);
}
