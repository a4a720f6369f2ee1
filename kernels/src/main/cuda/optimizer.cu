// One optimiser step over n float32 parameters in one pass. Any block (256) and any grid in x cover any n; no dynamic
// shared memory.
//
// optimizer_sgd_f32 (float* parameter, float* grad, float* velocity, long long n, float lr, float momentum,
//                    float undamped, float weightDecay, float gradScale, int nesterov, int first)
//   g = gradScale grad + weightDecay p; v = first ? g : momentum v + undamped g, undamped = 1 - dampening;
//   p -= lr (nesterov ? g + momentum v : v). momentum 0: velocity is not touched and may be null.
// optimizer_adam_f32 (float* parameter, float* grad, float* m, float* v, long long n, float shrink, float weightDecay,
//                     float beta1, float rest1, float beta2, float rest2, float step, float root2, float eps,
//                     float gradScale)
//   AdamW: shrink = 1 - lr weightDecay and weightDecay 0; Adam: shrink 1. rest = 1 - beta, step = lr / (1 - beta1^t),
//   root2 = sqrt(1 - beta2^t): g = gradScale grad + weightDecay p; m = beta1 m + rest1 g; v = beta2 v + rest2 g^2;
//   p = shrink p - step m / (sqrt(v) / root2 + eps).
// optimizer_ema_f32 (float* parameter, float* shadow, long long n, float decay, float rest)
//   shadow = decay shadow + rest p, rest = 1 - decay.

extern "C" __global__ void optimizer_sgd_f32(
    float* __restrict__ parameter, const float* __restrict__ grad, float* __restrict__ velocity, long long n, float lr,
    float momentum, float undamped, float weightDecay, float gradScale, int nesterov, int first) {
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += step) {
    const float p = parameter[i];
    const float g = gradScale * grad[i] + weightDecay * p;
    float direction = g;
    if (momentum != 0.0f) {
      const float v = first ? g : momentum * velocity[i] + undamped * g;
      velocity[i] = v;
      direction = nesterov ? g + momentum * v : v;
    }
    parameter[i] = p - lr * direction;
  }
}

extern "C" __global__ void optimizer_adam_f32(
    float* __restrict__ parameter, const float* __restrict__ grad, float* __restrict__ m, float* __restrict__ v, long long n,
    float shrink, float weightDecay, float beta1, float rest1, float beta2, float rest2, float step, float root2, float eps,
    float gradScale) {
  const long long hop = (long long)gridDim.x * blockDim.x;
  for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += hop) {
    const float p = parameter[i];
    const float g = gradScale * grad[i] + weightDecay * p;
    const float first = beta1 * m[i] + rest1 * g;
    const float second = beta2 * v[i] + rest2 * g * g;
    m[i] = first;
    v[i] = second;
    parameter[i] = shrink * p - step * first / (sqrtf(second) / root2 + eps);
  }
}

extern "C" __global__ void optimizer_ema_f32(
    const float* __restrict__ parameter, float* __restrict__ shadow, long long n, float decay, float rest) {
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += step) {
    shadow[i] = decay * shadow[i] + rest * parameter[i];
  }
}
