// Cooperative groups smaller than a warp, and a matrix product on tensor cores.
#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>
#include <mma.h>
namespace cg = cooperative_groups;
using namespace nvcuda;

extern "C" __global__ void tiles(const int* x, int* y) {
  auto block = cg::this_thread_block();
  auto warp = cg::tiled_partition<32>(block);
  auto eight = cg::tiled_partition<8>(warp);
  int v = x[block.thread_rank()];
  int sum = cg::reduce(warp, v, cg::plus<int>());
  int most = cg::reduce(eight, v, cg::greater<int>());
  int together = 0;
  if (v % 2) {
    auto odd = cg::coalesced_threads();
    together = odd.size();
    odd.sync();
  }
  y[3 * block.thread_rank()] = sum;
  y[3 * block.thread_rank() + 1] = most;
  y[3 * block.thread_rank() + 2] = together;
}

// c [16, 16] = 2 (a [16, k] bᵀ), b [16, k], all in one warp.
extern "C" __global__ void tensor_product(const half* a, const half* b, float* c, int k) {
  wmma::fragment<wmma::matrix_a, 16, 16, 16, half, wmma::row_major> fa;
  wmma::fragment<wmma::matrix_b, 16, 16, 16, half, wmma::col_major> fb;
  wmma::fragment<wmma::accumulator, 16, 16, 16, float> fc;
  wmma::fill_fragment(fc, 0.0f);
  for (int p = 0; p < k; p += 16) {
    wmma::load_matrix_sync(fa, a + p, k);
    wmma::load_matrix_sync(fb, b + p, k);
    wmma::mma_sync(fc, fa, fb, fc);
  }
  for (int i = 0; i < fc.num_elements; i++) fc.x[i] *= 2;
  wmma::store_matrix_sync(c, fc, 16, wmma::mem_row_major);
}
