/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STUB_LINUX_RCUPDATE_H
#define STUB_LINUX_RCUPDATE_H

#define rcu_read_lock()	  ((void)0)
#define rcu_read_unlock() ((void)0)

#endif
