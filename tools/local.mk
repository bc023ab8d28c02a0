# tools: the command.  It is linked with all of the library's objects, so that
# build/weft runs wherever it is copied, and is a program, not a wrapper.
bin_PROGRAMS += weft
weft_SOURCES = \
	tools/cmd_backup.c \
	tools/cmd_changes.c \
	tools/cmd_checkpoint.c \
	tools/cmd_compact.c \
	tools/cmd_conflicts.c \
	tools/cmd_diff.c \
	tools/cmd_export.c \
	tools/cmd_get.c \
	tools/cmd_help.c \
	tools/cmd_import.c \
	tools/cmd_init.c \
	tools/cmd_log.c \
	tools/cmd_put.c \
	tools/cmd_rectify.c \
	tools/cmd_replicate.c \
	tools/cmd_resolve.c \
	tools/cmd_rm.c \
	tools/cmd_status.c \
	tools/cmd_user.c \
	tools/cmd_verify.c \
	tools/cmd_version.c \
	tools/command.c tools/command.h \
	tools/commands.h \
	tools/compare.c tools/compare.h \
	tools/conflict_view.c tools/conflict_view.h \
	tools/files.c tools/files.h \
	tools/help.c tools/help_json.c tools/help.h \
	tools/help_text.c tools/help_text.h \
	tools/interrupt.c tools/interrupt.h \
	tools/new_source.c tools/new_source.h \
	tools/output.c tools/output.h \
	tools/past_view.c tools/past_view.h \
	tools/point.c tools/point.h \
	tools/progress.c \
	tools/property_view.c tools/property_view.h \
	tools/reader.c tools/reader.h \
	tools/remote.c tools/remote.h \
	tools/replicate_conflicts.c tools/replicate_conflicts.h \
	tools/replicate_live.c tools/replicate_live.h \
	tools/replicate_models.c tools/replicate_models.h \
	tools/replicate_outcome.c tools/replicate_outcome.h \
	tools/replicate_since.c tools/replicate_since.h \
	tools/replicate_view.c tools/replicate_view.h \
	tools/resolve_all.c tools/resolve_all.h \
	tools/spec.c tools/spec.h \
	tools/status.c tools/status.h \
	tools/weft.c
weft_LDADD = libweft-all.la

# tools/weftd: the daemon.
sbin_PROGRAMS = weftd
weftd_SOURCES = \
	tools/weftd/daemon.c tools/weftd/daemon.h \
	tools/weftd/logs.c tools/weftd/logs.h \
	tools/weftd/main.c \
	tools/weftd/manual.c tools/weftd/manual.h \
	tools/weftd/metrics.c tools/weftd/metrics.h \
	tools/weftd/notify.c tools/weftd/notify.h \
	tools/weftd/operations.c tools/weftd/operations.h \
	tools/weftd/reload.c tools/weftd/reload.h \
	tools/weftd/reset.c tools/weftd/reset.h \
	tools/weftd/projector.c tools/weftd/projector.h \
	tools/weftd/setting_form.c tools/weftd/setting_form.h \
	tools/weftd/setting_table.c tools/weftd/setting_table.h \
	tools/weftd/settings.c tools/weftd/settings.h
weftd_LDADD = libweft-all.la

systemdsystemunitdir = $(prefix)/lib/systemd/system
nodist_systemdsystemunit_DATA = tools/weftd/weftd.service
EXTRA_DIST += tools/weftd/weftd.service.in
CLEANFILES += tools/weftd/weftd.service
tools/weftd/weftd.service: tools/weftd/weftd.service.in Makefile
	@mkdir -p tools/weftd
	sed 's|@sbindir@|$(sbindir)|g' $(srcdir)/tools/weftd/weftd.service.in >$@
