// Memory for tensors on the CPU. Blocks that a training step gives back are kept for the next one, which saves the
// operating system from clearing their pages again: page faults were a tenth of a step's time. Large blocks lie in huge
// pages where the system has them.
//
// Blocks under 64 KiB are the C library's, which is quick with those. FOVEA_CPU_CACHE=off leaves all to libtorch's own
// allocator; FOVEA_CPU_CACHE=512 keeps at most 512 MiB that nobody uses, in place of a quarter of the memory.
#include "guard.h"

#include <c10/core/CPUAllocator.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kPage = 4096;
constexpr size_t kSmallestBlock = 64 << 10;
constexpr size_t kHugePage = 2 << 20;

/// The size that a block gets: eight steps to each doubling, so that at most a ninth of it is left over.
size_t block_size(size_t bytes) {
  size_t step = std::max(std::bit_floor(bytes) / 8, kPage);
  return (bytes + step - 1) / step * step;
}

/// A block of whole pages, cleared by the operating system; NULL where that has no more.
void *map_block(size_t size) {
  size_t alignment = size >= kHugePage ? kHugePage : kPage;
  size_t reserved = size + (alignment > kPage ? alignment : 0);
  void *address = mmap(nullptr, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (address == MAP_FAILED) return nullptr;
  auto first = reinterpret_cast<uintptr_t>(address);
  auto aligned = (first + alignment - 1) / alignment * alignment;
  if (aligned > first) munmap(address, aligned - first);
  if (size_t rest = first + reserved - aligned - size) munmap(reinterpret_cast<void *>(aligned + size), rest);
  auto *block = reinterpret_cast<void *>(aligned);
#ifdef MADV_HUGEPAGE
  // The last, partial page stays small, or a block of 2.1 MiB would take 4.
  if (size >= kHugePage) madvise(block, size / kHugePage * kHugePage, MADV_HUGEPAGE);
#endif
  return block;
}

class CachingAllocator final : public c10::Allocator {
 public:
  explicit CachingAllocator(size_t limit) { counts_.limit = static_cast<int64_t>(limit); }

  c10::DataPtr allocate(size_t bytes) override;
  c10::DeleterFnPtr raw_deleter() const override;
  void copy_data(void *target, const void *source, size_t count) const override {
    default_copy_data(target, source, count);
  }

  void release(void *address);
  void empty_cache() { set_limit(0, /*keep=*/true); }

  /// Gives back what is kept beyond `limit`; the limit itself stays as it was where `keep` says so.
  void set_limit(int64_t limit, bool keep = false) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!keep) counts_.limit = limit;
    evict(limit);
  }

  ct_memory_counts counts() {
    std::lock_guard<std::mutex> lock(mutex_);
    return counts_;
  }

 private:
  struct Kept {
    void *address;
    uint64_t time;  // when it was given back
  };

  std::mutex mutex_;
  std::unordered_map<void *, size_t> used_;         // sizes of the blocks that tensors have
  std::map<size_t, std::vector<Kept>> kept_;        // blocks that nobody has, by size, the latest last
  uint64_t clock_ = 0;
  ct_memory_counts counts_{};

  void *take(size_t size);
  void *reuse(size_t size);
  void note_use(void *address, size_t size);
  void evict(int64_t limit);
};

CachingAllocator *allocator = nullptr;  // lives as long as the process: tensors may be released at its very end

c10::DataPtr CachingAllocator::allocate(size_t bytes) {
  void *address = nullptr;
  if (bytes >= kSmallestBlock) {
    address = take(block_size(bytes));
  } else if (bytes > 0 && posix_memalign(&address, kAlignment, bytes) != 0) {
    empty_cache();
    if (posix_memalign(&address, kAlignment, bytes) != 0) address = nullptr;
  }
  TORCH_CHECK(address || bytes == 0, "not enough memory: ", bytes, " bytes were asked for");
  return {address, address, raw_deleter(), c10::Device(c10::DeviceType::CPU)};
}

c10::DeleterFnPtr CachingAllocator::raw_deleter() const {
  return [](void *address) { allocator->release(address); };
}

void *CachingAllocator::take(size_t size) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (void *address = reuse(size)) return address;
    counts_.misses++;
  }
  void *address = map_block(size);
  if (!address) {
    empty_cache();
    address = map_block(size);
  }
  std::lock_guard<std::mutex> lock(mutex_);
  if (address) note_use(address, size);
  return address;
}

/// A kept block of this size, or one that is larger by a quarter at most.
void *CachingAllocator::reuse(size_t size) {
  auto found = kept_.lower_bound(size);
  if (found == kept_.end() || found->first > size + size / 4) return nullptr;
  void *address = found->second.back().address;
  found->second.pop_back();
  counts_.cached -= static_cast<int64_t>(found->first);
  counts_.hits++;
  note_use(address, found->first);
  if (found->second.empty()) kept_.erase(found);
  return address;
}

void CachingAllocator::note_use(void *address, size_t size) {
  used_.emplace(address, size);
  counts_.in_use += static_cast<int64_t>(size);
  counts_.peak_in_use = std::max(counts_.peak_in_use, counts_.in_use);
}

void CachingAllocator::release(void *address) {
  // Blocks of our own begin on a page; most of the C library's do not, and need no look into the table.
  if (reinterpret_cast<uintptr_t>(address) % kPage != 0) return free(address);
  std::unique_lock<std::mutex> lock(mutex_);
  auto found = used_.find(address);
  if (found == used_.end()) {
    lock.unlock();
    return free(address);
  }
  size_t size = found->second;
  used_.erase(found);
  counts_.in_use -= static_cast<int64_t>(size);
  counts_.cached += static_cast<int64_t>(size);
  kept_[size].push_back({address, ++clock_});
  evict(counts_.limit);
}

/// Gives the blocks that have waited longest back to the operating system, until at most `limit` bytes are kept.
void CachingAllocator::evict(int64_t limit) {
  while (counts_.cached > limit) {
    auto oldest = std::min_element(kept_.begin(), kept_.end(), [](const auto &left, const auto &right) {
      return left.second.front().time < right.second.front().time;
    });
    munmap(oldest->second.front().address, oldest->first);
    counts_.cached -= static_cast<int64_t>(oldest->first);
    oldest->second.erase(oldest->second.begin());
    if (oldest->second.empty()) kept_.erase(oldest);
  }
}

/// Bytes of memory that this process may have: the machine's, or its container's.
size_t available_memory() {
  size_t bytes = static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<size_t>(sysconf(_SC_PAGESIZE));
  for (const char *path : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    size_t limit = 0;
    if (std::ifstream(path) >> limit && limit > 0) bytes = std::min(bytes, limit);
  }
  return bytes;
}

/// Runs when the program is loaded, before anything can make a tensor.
bool install() {
  size_t limit = available_memory() / 4;
  if (const char *setting = std::getenv("FOVEA_CPU_CACHE")) {
    if (std::string(setting) == "off") return false;
    char *end = nullptr;
    auto mebibytes = std::strtoull(setting, &end, 10);
    if (end != setting && *end == 0 && mebibytes <= SIZE_MAX >> 21) limit = mebibytes << 20;
  }
  allocator = new CachingAllocator(limit);
  c10::SetCPUAllocator(allocator, /*priority=*/1);
  return true;
}

const bool installed = install();

}  // namespace

int32_t ct_memory_is_cached(void) { return installed ? 1 : 0; }

ct_memory_counts ct_memory_get_counts(void) { return installed ? allocator->counts() : ct_memory_counts{}; }

void ct_memory_empty_cache(void) {
  if (installed) allocator->empty_cache();
}

void ct_memory_set_limit(int64_t bytes) {
  if (installed) allocator->set_limit(std::max<int64_t>(bytes, 0));
}
