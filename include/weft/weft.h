/*
 * All of weft's headers for programs that replicate.
 */
#ifndef WEFT_WEFT_H
#define WEFT_WEFT_H

#include <weft/buf.h>
#include <weft/change.h>
#include <weft/conflict.h>
#include <weft/error.h>
#include <weft/history.h>
#include <weft/live.h>
#include <weft/log.h>
#include <weft/model.h>
#include <weft/record.h>
#include <weft/replicate.h>
#include <weft/source.h>
#include <weft/store.h>
#include <weft/types.h>
#include <weft/verify.h>
#include <weft/version.h>

#endif
