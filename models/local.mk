# models: what the application sees, and the databases behind it.
libweft_all_la_SOURCES += \
	models/backup.c \
	models/backup_files.c models/backup_files.h \
	models/base_model.c models/base_model.h \
	models/change_filter.c models/change_filter.h \
	models/coerce.c models/coerce.h \
	models/compact.c \
	models/compare.c \
	models/config.c models/config.h \
	models/config_env.c models/config_env.h \
	models/counters.h \
	models/datasource.c models/datasource.h \
	models/datasource_open.c \
	models/date.c models/date.h \
	models/definition.c models/definition.h \
	models/definition_keys.c models/definition_keys.h \
	models/feed.c models/feed.h \
	models/fields.c \
	models/filter.c models/filter.h models/filter_private.h \
	models/filter_near.c \
	models/filter_value.c \
	models/filter_where.c \
	models/forget.c models/forget.h \
	models/forget_bounds.c \
	models/geo.c models/geo.h \
	models/history.c \
	models/hook.c models/hook.h \
	models/members.c models/members.h \
	models/model.c models/model.h \
	models/moment.c models/moment.h \
	models/number.c models/number.h \
	models/past.c \
	models/past_compare.c \
	models/plural.c models/plural.h \
	models/point.c \
	models/prepare.c models/prepare.h models/prepare_private.h \
	models/prepare_take.c \
	models/project.c models/project.h \
	models/property.c models/property.h \
	models/record.c models/record.h \
	models/record_compare.c \
	models/record_create.c \
	models/record_delete.c \
	models/record_find.c \
	models/record_save.c \
	models/record_update.c \
	models/restore.c models/restore.h \
	models/regexp.c models/regexp.h \
	models/registry.c models/registry.h \
	models/registry_file.c models/registry_file.h \
	models/registry_load.c \
	models/relist.c models/relist.h \
	models/sketch.c models/sketch.h \
	models/repair.c models/repair.h \
	models/sort_key.c \
	models/store.c \
	models/trace.c models/trace.h \
	models/trace_check.c \
	models/tracker.c models/tracker.h \
	models/transaction.c models/transaction.h \
	models/validate.c models/validate.h \
	models/value.c models/value.h \
	models/verify.c models/verify.h \
	models/verify_journal.c \
	models/verify_store.c \
	models/where_eval.c \
	models/visible.c models/visible.h \
	models/visible_groups.c \
	models/visible_prepare.c \
	models/visible_text.c models/visible_text.h \
	models/writer.c models/writer.h

include $(srcdir)/models/access/local.mk
include $(srcdir)/models/connectors/local.mk

# Sources of a replication, and the replication itself.
libweft_all_la_SOURCES += \
	models/conflict.c models/conflict.h \
	models/consumer.c models/consumer.h \
	models/drive.c models/drive.h \
	models/kept.c \
	models/live.c models/live.h \
	models/position.c models/position.h \
	models/rectify.c models/rectify.h \
	models/replicate.c models/replicate.h models/replicate_private.h \
	models/replicate_compare.c \
	models/replicate_horizon.c \
	models/replicate_model.c \
	models/replicate_origin.c \
	models/replicate_remember.c \
	models/replicate_roots.c \
	models/resolve.c models/resolve.h \
	models/source.c \
	models/source_compare.c \
	models/follow.c models/follow.h \
	models/source_local.c models/source_local.h \
	models/source_local_bulk.c \
	models/source_local_changes.c \
	models/source_local_journal.c models/source_local_page.h \
	models/source_local_diff.c \
	models/source_local_estimate.c \
	models/source_local_origin.c \
	models/source_local_history.c \
	models/source_viewed.c models/source_viewed.h \
	models/source_viewed_bulk.c \
	models/source_viewed_changes.c \
	models/source_viewed_feeds.c \
	models/source_viewed_page.c models/source_viewed_page.h \
	models/source_viewed_look.c \
	models/source_viewed_record.c \
	models/source_local_reconcile.c
