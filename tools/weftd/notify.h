/*
 * Telling systemd how we are (sd_notify's protocol: datagrams to a socket).
 */
#ifndef TOOLS_WEFTD_NOTIFY_H
#define TOOLS_WEFTD_NOTIFY_H

/*
 * Sends a state like "READY=1" to the socket that NOTIFY_SOCKET names; nothing
 * if there is none.  What cannot be sent is not sent.
 */
void notify(const char *state);

#endif
