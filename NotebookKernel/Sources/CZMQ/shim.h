#include <errno.h>
#include <zmq.h>

// ZeroMQ's own error codes are macros that Swift does not import.
static inline int czmq_interrupted(void) { return zmq_errno() == EINTR; }
static inline int czmq_closed(void) { return zmq_errno() == ETERM; }
