// One entry point that runs any libtorch operator by name, with autograd, and the few things that are not operators.
// Compiles unchanged against libtorch 1.13 and 2.x: only the dispatcher, IValue, autograd and generator APIs are used,
// and arguments are shaped after the schema that the loaded libtorch reports, not after one that was compiled in.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/anomaly_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/cuda.h>
#include <torch/serialize.h>
#include <torch/version.h>

#include "functions.h"
#include "values.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <vector>

#define EXPORT extern "C" __attribute__((visibility("default")))

EXPORT const char* ts_error() {
    return lastError.c_str();
}

EXPORT const char* ts_version() {
    return TORCH_VERSION;
}

EXPORT void ts_free(void* memory) {
    std::free(memory);
}

// Operators live as long as the process: the caller caches them by name.
EXPORT int ts_find(const char* name, const char* overload, void** op) {
    return guarded([&] {
        auto handle = c10::Dispatcher::singleton().findSchemaOrThrow(name, overload);
        auto found = new Operator{handle, {}};
        for (const auto& argument : handle.schema().arguments()) {
            Argument described{argument.type()->kind(), nullptr, false, {}, false};
            auto type = argument.type();
            if (auto optional = type->cast<c10::OptionalType>()) {
                described.optional = true;
                type = optional->getElementType();
            }
            described.kind = type->kind();
            if (auto list = type->cast<c10::ListType>()) {
                described.element = list->getElementType();
            }
            if (argument.default_value()) {
                described.fallback = *argument.default_value();
                described.hasFallback = true;
            }
            found->arguments.push_back(std::move(described));
        }
        *op = found;
    });
}

// Arguments are positional. What is missing takes the schema's default; a trailing None that the schema lacks is
// dropped.
EXPORT int ts_call(
    void* op, const Arg* args, int32_t argCount, Arg* results, int32_t resultCapacity, int32_t* resultCount) {
    return guarded([&] {
        auto& called = *static_cast<Operator*>(op);
        auto expected = called.arguments.size();
        for (size_t i = expected; i < static_cast<size_t>(argCount); i++) {
            TORCH_CHECK(args[i].tag == kNone, called.handle.schema(), " takes ", expected, " arguments, got ",
                argCount);
        }
        c10::Stack stack;
        stack.reserve(expected);
        for (size_t i = 0; i < expected; i++) {
            if (i < static_cast<size_t>(argCount)) {
                stack.push_back(toIValue(args[i], called.arguments[i]));
            } else {
                TORCH_CHECK(called.arguments[i].hasFallback, called.handle.schema(), " needs argument ", i);
                stack.push_back(called.arguments[i].fallback);
            }
        }
        called.handle.callBoxed(&stack);
        auto count = std::min<int32_t>(resultCapacity, static_cast<int32_t>(stack.size()));
        for (int32_t i = 0; i < count; i++) {
            fromIValue(stack[i], results[i]);
        }
        *resultCount = count;
    });
}

EXPORT void ts_release(void* tensor) {
    TensorPointer::reclaim(raw(tensor)).reset();
}

EXPORT void* ts_alias(void* tensor) {
    return release(borrow(tensor));
}

struct Described {
    int64_t elementCount;
    int64_t storageOffset;
    int32_t dimensions;
    int32_t dtype;
    int32_t deviceType;
    int32_t deviceIndex;
};

EXPORT int ts_describe(void* tensor, Described* described) {
    return guarded([&] {
        auto viewed = borrow(tensor);
        described->elementCount = viewed.numel();
        described->storageOffset = viewed.is_sparse() ? 0 : viewed.storage_offset();
        described->dimensions = static_cast<int32_t>(viewed.dim());
        described->dtype = static_cast<int32_t>(viewed.scalar_type());
        described->deviceType = static_cast<int32_t>(viewed.device().type());
        described->deviceIndex = static_cast<int32_t>(viewed.device().index());
    });
}

EXPORT int ts_sizes(void* tensor, int64_t* sizes) {
    return guarded([&] {
        auto from = raw(tensor)->sizes();
        std::copy(from.begin(), from.end(), sizes);
    });
}

EXPORT int ts_strides(void* tensor, int64_t* strides) {
    return guarded([&] {
        auto from = raw(tensor)->strides();
        std::copy(from.begin(), from.end(), strides);
    });
}

EXPORT int ts_data(void* tensor, void** data) {
    return guarded([&] { *data = borrow(tensor).data_ptr(); });
}

EXPORT int ts_is_contiguous(void* tensor, int32_t memoryFormat) {
    return borrow(tensor).is_contiguous(static_cast<c10::MemoryFormat>(memoryFormat));
}

EXPORT int ts_is_sparse(void* tensor) {
    return borrow(tensor).is_sparse();
}

// Autograd.

EXPORT int ts_requires_grad(void* tensor) {
    return borrow(tensor).requires_grad();
}

EXPORT int ts_set_requires_grad(void* tensor, int wanted) {
    return guarded([&] { borrow(tensor).set_requires_grad(wanted != 0); });
}

EXPORT int ts_is_leaf(void* tensor) {
    return borrow(tensor).is_leaf();
}

EXPORT int ts_retain_grad(void* tensor) {
    return guarded([&] { borrow(tensor).retain_grad(); });
}

EXPORT int ts_grad(void* tensor, void** gradient) {
    return guarded([&] { *gradient = release(borrow(tensor).mutable_grad()); });
}

EXPORT int ts_set_grad(void* tensor, void* gradient) {
    return guarded([&] { borrow(tensor).mutable_grad() = borrow(gradient); });
}

// What Parameter.data = x does: the tensor keeps its identity and takes the other's storage.
EXPORT int ts_set_data(void* tensor, void* data) {
    return guarded([&] { borrow(tensor).set_data(borrow(data)); });
}

EXPORT int ts_backward(
    void* const* tensors, int32_t count, void* const* gradients, int32_t gradientCount, void* const* inputs,
    int32_t inputCount, int retainGraph, int createGraph) {
    return guarded([&] {
        torch::autograd::backward(
            borrowAll(tensors, count), borrowAll(gradients, gradientCount), retainGraph != 0, createGraph != 0,
            borrowAll(inputs, inputCount));
    });
}

EXPORT int ts_grad_of(
    void* const* outputs, int32_t outputCount, void* const* inputs, int32_t inputCount, void* const* gradients,
    int32_t gradientCount, int retainGraph, int createGraph, int allowUnused, void** results) {
    return guarded([&] {
        auto found = torch::autograd::grad(
            borrowAll(outputs, outputCount), borrowAll(inputs, inputCount), borrowAll(gradients, gradientCount),
            retainGraph != 0, createGraph != 0, allowUnused != 0);
        for (size_t i = 0; i < found.size(); i++) {
            results[i] = release(std::move(found[i]));
        }
    });
}

// Autograd functions written in C#, see functions.h. A handle keeps the node alive until it is released.

EXPORT void ts_function_callbacks(managed::Backward backward, managed::Dropped dropped) {
    managed::callbacks() = {backward, dropped};
}

EXPORT int ts_function(
    int64_t id, const char* name, void* const* inputs, int32_t inputCount, int* wanted, void** handle) {
    return guarded([&] {
        auto borrowed = borrowAll(inputs, inputCount);
        *wanted = at::GradMode::is_enabled()
            && std::any_of(borrowed.begin(), borrowed.end(), [](const at::Tensor& input) {
                   return input.defined() && input.requires_grad();
               });
        *handle = *wanted != 0 ? managed::create(id, name, borrowed) : nullptr;
    });
}

EXPORT int ts_function_connect(void* handle, void* output, int isInput, int isDirty, void** connected) {
    return guarded([&] {
        *connected =
            release(managed::connect(*static_cast<managed::Handle*>(handle), borrow(output), isInput, isDirty));
    });
}

// After the outputs were connected, so that a saved output is known as one and makes no cycle.
EXPORT int ts_function_save(void* handle, void* const* tensors, int32_t count, int materialize) {
    return guarded([&] {
        auto& node = *static_cast<managed::Handle*>(handle);
        auto& function = managed::functionOf(node);
        function.materialize = materialize != 0;
        for (const auto& tensor : borrowAll(tensors, count)) {
            function.saved.emplace_back(tensor, tensor.defined() && tensor.grad_fn() == node);
        }
    });
}

EXPORT void* ts_function_node(void* handle) {
    return &managed::functionOf(*static_cast<managed::Handle*>(handle));
}

EXPORT int ts_function_saved(void* node, void** tensors, int32_t count) {
    return guarded([&] {
        auto& function = *static_cast<managed::FunctionNode*>(node);
        TORCH_CHECK(
            !function.released,
            "Trying to backward through the graph a second time (or directly access saved tensors after they have "
            "already been freed). Specify retain_graph=true if you need to backward through the graph a second time.");
        for (int32_t i = 0; i < count; i++) {
            tensors[i] = release(function.saved[i].unpack(managed::share(function)));
        }
    });
}

EXPORT void ts_release_function(void* handle) {
    delete static_cast<managed::Handle*>(handle);
}

EXPORT int ts_anomaly_enabled() {
    return torch::autograd::AnomalyMode::is_enabled();
}

EXPORT int ts_anomaly_checks_nan() {
    return torch::autograd::AnomalyMode::should_check_nan();
}

EXPORT void ts_set_anomaly(int enabled, int checkNan) {
    torch::autograd::AnomalyMode::set_enabled(enabled != 0, checkNan != 0);
}

EXPORT int ts_deterministic() {
    auto& context = at::globalContext();
    return (context.deterministicAlgorithms() ? 1 : 0) | (context.deterministicAlgorithmsWarnOnly() ? 2 : 0);
}

EXPORT void ts_set_deterministic(int enabled, int warnOnly) {
    at::globalContext().setDeterministicAlgorithms(enabled != 0, warnOnly != 0);
}

EXPORT int ts_grad_enabled() {
    return at::GradMode::is_enabled();
}

EXPORT void ts_set_grad_enabled(int enabled) {
    at::GradMode::set_enabled(enabled != 0);
}

EXPORT void* ts_inference_mode(int enabled) {
    return new c10::InferenceMode(enabled != 0);
}

EXPORT void ts_end_inference_mode(void* mode) {
    delete static_cast<c10::InferenceMode*>(mode);
}

EXPORT int ts_inference_mode_enabled() {
    return c10::InferenceMode::is_enabled();
}

// Files in PyTorch's own format.

EXPORT int ts_save(void* tensor, const char* path) {
    return guarded([&] { torch::save(borrow(tensor), std::string(path)); });
}

EXPORT int ts_load(const char* path, void** tensor) {
    return guarded([&] {
        at::Tensor loaded;
        torch::load(loaded, std::string(path));
        *tensor = release(std::move(loaded));
    });
}

// Generators. A new one is a clone of the device's default one, which works for every device type that has any.

EXPORT int ts_generator(int32_t deviceType, int32_t deviceIndex, int isDefault, void** generator) {
    return guarded([&] {
        c10::Device device(static_cast<c10::DeviceType>(deviceType), static_cast<c10::DeviceIndex>(deviceIndex));
        auto shared = at::globalContext().defaultGenerator(device);
        if (isDefault) {
            *generator = new at::Generator(shared);
            return;
        }
        std::lock_guard<std::mutex> lock(shared.mutex());
        *generator = new at::Generator(shared.clone());
    });
}

EXPORT void ts_release_generator(void* generator) {
    delete static_cast<at::Generator*>(generator);
}

EXPORT int ts_generator_seed(void* generator, uint64_t seed) {
    return guarded([&] {
        auto& seeded = *static_cast<at::Generator*>(generator);
        std::lock_guard<std::mutex> lock(seeded.mutex());
        seeded.set_current_seed(seed);
    });
}

EXPORT int ts_generator_initial_seed(void* generator, uint64_t* seed) {
    return guarded([&] { *seed = static_cast<at::Generator*>(generator)->current_seed(); });
}

EXPORT int ts_generator_state(void* generator, void** state) {
    return guarded([&] {
        auto& read = *static_cast<at::Generator*>(generator);
        std::lock_guard<std::mutex> lock(read.mutex());
        *state = release(read.get_state());
    });
}

EXPORT int ts_set_generator_state(void* generator, void* state) {
    return guarded([&] {
        auto& written = *static_cast<at::Generator*>(generator);
        std::lock_guard<std::mutex> lock(written.mutex());
        written.set_state(borrow(state));
    });
}

EXPORT int ts_manual_seed(uint64_t seed) {
    return guarded([&] { at::manual_seed(seed); });
}

// Devices and threads.

EXPORT int ts_cuda_count() {
    int count = 0;
    guarded([&] { count = static_cast<int>(torch::cuda::device_count()); });
    return count;
}

EXPORT int ts_cuda_synchronize(int64_t device) {
    return guarded([&] { torch::cuda::synchronize(device); });
}

EXPORT int ts_cudnn_available() {
    return torch::cuda::cudnn_is_available();
}

EXPORT int ts_thread_count() {
    return at::get_num_threads();
}

EXPORT int ts_set_thread_count(int32_t count) {
    return guarded([&] { at::set_num_threads(count); });
}

EXPORT int ts_interop_thread_count() {
    return static_cast<int>(at::get_num_interop_threads());
}

EXPORT int ts_set_interop_thread_count(int32_t count) {
    return guarded([&] { at::set_num_interop_threads(count); });
}

EXPORT int ts_allow_tf32(int which, int set, int allow) {
    auto& context = at::globalContext();
    if (set) {
        which == 0 ? context.setAllowTF32CuBLAS(allow != 0) : context.setAllowTF32CuDNN(allow != 0);
    }
    return which == 0 ? context.allowTF32CuBLAS() : context.allowTF32CuDNN();
}
