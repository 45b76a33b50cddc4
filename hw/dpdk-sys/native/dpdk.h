/* The part of DPDK that weir-hw uses, and what C alone can give of it.
 *
 * Read twice: by bindgen for the declarations, and by the C compiler for the wrappers that bindgen generates around the
 * `static inline` functions. Builds with DPDK 22.11, 23.11 and 24.11: whatever changed its shape between them is behind
 * a function or a constant of this file.
 */
#ifndef WEIR_DPDK_H
#define WEIR_DPDK_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <rte_config.h>
#include <rte_cycles.h>
#include <rte_dev.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_log.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <rte_net.h>
#include <rte_ring.h>
#include <rte_version.h>

/* Where the fields of an mbuf are. Its definition nests anonymous unions and markers that differ between releases, so
 * Rust sees an opaque struct and reads the fields at these offsets. */
enum dpdk_shim_mbuf_layout {
	DPDK_SHIM_MBUF_SIZE = sizeof(struct rte_mbuf),
	DPDK_SHIM_MBUF_BUF_ADDR = offsetof(struct rte_mbuf, buf_addr),
	DPDK_SHIM_MBUF_DATA_OFF = offsetof(struct rte_mbuf, data_off),
	DPDK_SHIM_MBUF_NB_SEGS = offsetof(struct rte_mbuf, nb_segs),
	DPDK_SHIM_MBUF_PORT = offsetof(struct rte_mbuf, port),
	DPDK_SHIM_MBUF_OL_FLAGS = offsetof(struct rte_mbuf, ol_flags),
	DPDK_SHIM_MBUF_PKT_LEN = offsetof(struct rte_mbuf, pkt_len),
	DPDK_SHIM_MBUF_DATA_LEN = offsetof(struct rte_mbuf, data_len),
	DPDK_SHIM_MBUF_BUF_LEN = offsetof(struct rte_mbuf, buf_len),
	DPDK_SHIM_MBUF_RSS = offsetof(struct rte_mbuf, hash.rss),
	DPDK_SHIM_MBUF_FDIR_HI = offsetof(struct rte_mbuf, hash.fdir.hi),
	DPDK_SHIM_MBUF_NEXT = offsetof(struct rte_mbuf, next),
};

#define WEIR_FIELD_SIZE(field, bytes)                                                                                  \
	_Static_assert(sizeof(((struct rte_mbuf *)0)->field) == (bytes), "rte_mbuf." #field " changed its size")
WEIR_FIELD_SIZE(buf_addr, sizeof(void *));
WEIR_FIELD_SIZE(data_off, 2);
WEIR_FIELD_SIZE(nb_segs, 2);
WEIR_FIELD_SIZE(port, 2);
WEIR_FIELD_SIZE(ol_flags, 8);
WEIR_FIELD_SIZE(pkt_len, 4);
WEIR_FIELD_SIZE(data_len, 2);
WEIR_FIELD_SIZE(buf_len, 2);
WEIR_FIELD_SIZE(hash.rss, 4);
WEIR_FIELD_SIZE(hash.fdir.hi, 4);
WEIR_FIELD_SIZE(next, sizeof(void *));

/* Macros with casts, which bindgen can't evaluate. */
static const uint64_t DPDK_SHIM_RX_RSS_HASH = RTE_MBUF_F_RX_RSS_HASH;
static const uint64_t DPDK_SHIM_RX_FDIR_ID = RTE_MBUF_F_RX_FDIR_ID;
static const uint64_t DPDK_SHIM_RX_IP_CKSUM_MASK = RTE_MBUF_F_RX_IP_CKSUM_MASK;
static const uint64_t DPDK_SHIM_RX_IP_CKSUM_BAD = RTE_MBUF_F_RX_IP_CKSUM_BAD;
static const uint64_t DPDK_SHIM_RX_IP_CKSUM_GOOD = RTE_MBUF_F_RX_IP_CKSUM_GOOD;
static const uint64_t DPDK_SHIM_RX_L4_CKSUM_MASK = RTE_MBUF_F_RX_L4_CKSUM_MASK;
static const uint64_t DPDK_SHIM_RX_L4_CKSUM_BAD = RTE_MBUF_F_RX_L4_CKSUM_BAD;
static const uint64_t DPDK_SHIM_RX_L4_CKSUM_GOOD = RTE_MBUF_F_RX_L4_CKSUM_GOOD;
static const uint64_t DPDK_SHIM_TX_IPV4 = RTE_MBUF_F_TX_IPV4;
static const uint64_t DPDK_SHIM_TX_IPV6 = RTE_MBUF_F_TX_IPV6;
static const uint64_t DPDK_SHIM_TX_IP_CKSUM = RTE_MBUF_F_TX_IP_CKSUM;
static const uint64_t DPDK_SHIM_TX_TCP_CKSUM = RTE_MBUF_F_TX_TCP_CKSUM;
static const uint64_t DPDK_SHIM_TX_UDP_CKSUM = RTE_MBUF_F_TX_UDP_CKSUM;

static const uint64_t DPDK_SHIM_RX_OFFLOAD_IPV4_CKSUM = RTE_ETH_RX_OFFLOAD_IPV4_CKSUM;
static const uint64_t DPDK_SHIM_RX_OFFLOAD_UDP_CKSUM = RTE_ETH_RX_OFFLOAD_UDP_CKSUM;
static const uint64_t DPDK_SHIM_RX_OFFLOAD_TCP_CKSUM = RTE_ETH_RX_OFFLOAD_TCP_CKSUM;
static const uint64_t DPDK_SHIM_RX_OFFLOAD_SCATTER = RTE_ETH_RX_OFFLOAD_SCATTER;
static const uint64_t DPDK_SHIM_RX_OFFLOAD_RSS_HASH = RTE_ETH_RX_OFFLOAD_RSS_HASH;
static const uint64_t DPDK_SHIM_TX_OFFLOAD_IPV4_CKSUM = RTE_ETH_TX_OFFLOAD_IPV4_CKSUM;
static const uint64_t DPDK_SHIM_TX_OFFLOAD_UDP_CKSUM = RTE_ETH_TX_OFFLOAD_UDP_CKSUM;
static const uint64_t DPDK_SHIM_TX_OFFLOAD_TCP_CKSUM = RTE_ETH_TX_OFFLOAD_TCP_CKSUM;
static const uint64_t DPDK_SHIM_TX_OFFLOAD_MULTI_SEGS = RTE_ETH_TX_OFFLOAD_MULTI_SEGS;

static const uint64_t DPDK_SHIM_RSS_ADDRESSES = RTE_ETH_RSS_IP;
static const uint64_t DPDK_SHIM_RSS_PORTS = RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP | RTE_ETH_RSS_SCTP;

/* The error number of the calling thread, which is thread-local storage of the library. */
static inline int dpdk_shim_errno(void)
{
	return rte_errno;
}

/* A link's state as plain numbers; `struct rte_eth_link` became a union in 24.11. */
static inline int dpdk_shim_link(uint16_t port, uint32_t *mbps, uint8_t *full_duplex, uint8_t *up)
{
	struct rte_eth_link link = {0};
	int error = rte_eth_link_get_nowait(port, &link);

	*mbps = link.link_speed;
	*full_duplex = link.link_duplex == RTE_ETH_LINK_FULL_DUPLEX;
	*up = link.link_status == RTE_ETH_LINK_UP;
	return error;
}

/* Asks for checksums: header lengths are bit fields, and the pseudo header's sum goes where the NIC expects it.
 * The caller guarantees that the first segment holds both headers whole. */
static inline int dpdk_shim_request_checksums(struct rte_mbuf *mbuf, uint64_t flags, uint8_t l2_len, uint16_t l3_len)
{
	mbuf->l2_len = l2_len;
	mbuf->l3_len = l3_len;
	mbuf->ol_flags |= flags;
	return rte_net_intel_cksum_prepare(mbuf);
}

/* A stream that hands each log line to `sink` (see log.c). NULL when out of memory. */
FILE *dpdk_shim_log_stream(void (*sink)(const char *text, size_t length));

#endif
