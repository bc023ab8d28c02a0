/*
 * Names of statuses, and the date: what goes into every response.
 */
#include <stdio.h>
#include <time.h>

#include "core/base/clock.h"
#include "transports/http/exchange.h"

const char *
weft__http_reason(int status)
{
	static const struct {
		int status;
		const char *reason;
	} reasons[] = {{101, "Switching Protocols"}, {200, "OK"},
	    {201, "Created"}, {202, "Accepted"}, {204, "No Content"},
	    {206, "Partial Content"},
	    {301, "Moved Permanently"}, {302, "Found"}, {303, "See Other"},
	    {304, "Not Modified"}, {307, "Temporary Redirect"},
	    {400, "Bad Request"}, {401, "Unauthorized"},
	    {403, "Forbidden"}, {404, "Not Found"},
	    {405, "Method Not Allowed"}, {406, "Not Acceptable"},
	    {408, "Request Timeout"}, {409, "Conflict"}, {410, "Gone"},
	    {411, "Length Required"}, {412, "Precondition Failed"},
	    {413, "Payload Too Large"}, {414, "URI Too Long"},
	    {415, "Unsupported Media Type"}, {417, "Expectation Failed"},
	    {422, "Unprocessable Entity"}, {426, "Upgrade Required"},
	    {428, "Precondition Required"}, {429, "Too Many Requests"},
	    {431, "Request Header Fields Too Large"},
	    {499, "Client Closed Request"}, {500, "Internal Server Error"},
	    {501, "Not Implemented"}, {502, "Bad Gateway"},
	    {503, "Service Unavailable"}, {504, "Gateway Timeout"},
	    {505, "HTTP Version Not Supported"},
	    {507, "Insufficient Storage"}};

	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Unknown";
}

const char *
weft__http_date(struct weft__http_thread *thread)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	uint64_t now_s = weft__clock_now_ms(thread->loop->clock) / 1000;
	time_t seconds = (time_t)now_s;
	struct tm tm;

	if (thread->date_s == now_s && *thread->date)
		return thread->date;
	thread->date_s = now_s;
	gmtime_r(&seconds, &tm);
	snprintf(thread->date, sizeof thread->date,
	    "%.3s, %02u %.3s %04u %02u:%02u:%02u GMT", days + tm.tm_wday * 3,
	    (unsigned)tm.tm_mday % 100, months + tm.tm_mon * 3,
	    (unsigned)(tm.tm_year + 1900) % 10000, (unsigned)tm.tm_hour % 100,
	    (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100);
	return thread->date;
}
