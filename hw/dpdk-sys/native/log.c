/* A stdio stream whose text goes to a callback: DPDK logs to a FILE only. */
#define _GNU_SOURCE
#include "dpdk.h"

typedef void (*sink_function)(const char *text, size_t length);

static ssize_t write_to_sink(void *cookie, const char *text, size_t length)
{
	sink_function sink = *(sink_function *)cookie;

	sink(text, length);
	return (ssize_t)length;
}

FILE *dpdk_shim_log_stream(sink_function sink)
{
	static sink_function installed;
	cookie_io_functions_t functions = {.write = write_to_sink};
	FILE *stream;

	installed = sink;
	stream = fopencookie(&installed, "w", functions);
	if (stream != NULL)
		setvbuf(stream, NULL, _IOLBF, BUFSIZ);
	return stream;
}
