// One entry point that runs any libtorch operator by name, with autograd, and the few things that are not operators.
// Compiles unchanged against libtorch 1.13 and 2.x: only the dispatcher, IValue, autograd and generator APIs are used,
// and arguments are shaped after the schema that the loaded libtorch reports, not after one that was compiled in.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/cuda.h>
#include <torch/serialize.h>
#include <torch/version.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <vector>

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace {

// Mirrors ArgKind and NativeArg in Native/Arg.cs and Native/Aten.cs.
enum Tag : int32_t {
    kNone, kTensor, kInt, kDouble, kBool, kIntList, kDoubleList, kBoolList, kTensorList, kString, kDevice, kGenerator,
    kComplex
};

struct Arg {
    union {
        int64_t integer;
        double number;
        void* pointer;
    };
    Tag tag;
    int32_t count;
};

struct Argument {
    c10::TypeKind kind;       // of the argument itself, Optional taken off
    c10::TypePtr element;     // of a list
    bool optional;
    c10::IValue fallback;
    bool hasFallback;
};

struct Operator {
    c10::OperatorHandle handle;
    std::vector<Argument> arguments;
};

thread_local std::string lastError;

using TensorPointer = c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>;

at::Tensor borrow(void* pointer) {
    return pointer == nullptr
        ? at::Tensor()
        : at::Tensor(TensorPointer::reclaim_copy(static_cast<at::TensorImpl*>(pointer)));
}

void* release(at::Tensor tensor) {
    return tensor.defined() ? tensor.unsafeReleaseTensorImpl() : nullptr;
}

at::TensorImpl* raw(void* tensor) {
    return static_cast<at::TensorImpl*>(tensor);
}

template <typename Body>
int guarded(Body body) {
    try {
        body();
        return 0;
    } catch (const c10::Error& error) {
        lastError = error.what_without_backtrace();
    } catch (const std::exception& error) {
        lastError = error.what();
    } catch (...) {
        lastError = "libtorch threw something that is not a std::exception.";
    }
    return 1;
}

c10::IValue toIValue(const Arg& arg, const Argument& expected) {
    switch (arg.tag) {
        case kNone:
            if (expected.kind == c10::TypeKind::TensorType && !expected.optional) {
                return at::Tensor();
            }
            return {};
        case kTensor:
            return borrow(arg.pointer);
        case kInt:
            if (expected.kind == c10::TypeKind::FloatType) {
                return static_cast<double>(arg.integer);
            }
            if (expected.kind == c10::TypeKind::ListType) {
                return std::vector<int64_t>{arg.integer};
            }
            return arg.integer;
        case kDouble:
            return arg.number;
        case kBool:
            return arg.integer != 0;
        case kComplex: {
            auto parts = static_cast<const double*>(arg.pointer);
            return c10::complex<double>(parts[0], parts[1]);
        }
        case kIntList: {
            auto values = static_cast<const int64_t*>(arg.pointer);
            return std::vector<int64_t>(values, values + arg.count);
        }
        case kDoubleList: {
            auto values = static_cast<const double*>(arg.pointer);
            return std::vector<double>(values, values + arg.count);
        }
        case kBoolList: {
            auto values = static_cast<const int64_t*>(arg.pointer);
            c10::List<bool> list;
            for (int32_t i = 0; i < arg.count; i++) {
                list.push_back(values[i] != 0);
            }
            return list;
        }
        case kTensorList: {
            auto values = static_cast<void* const*>(arg.pointer);
            if (expected.element && expected.element->kind() == c10::TypeKind::OptionalType) {
                c10::impl::GenericList list(expected.element);
                for (int32_t i = 0; i < arg.count; i++) {
                    list.push_back(values[i] == nullptr ? c10::IValue() : c10::IValue(borrow(values[i])));
                }
                return list;
            }
            c10::List<at::Tensor> list;
            for (int32_t i = 0; i < arg.count; i++) {
                list.push_back(borrow(values[i]));
            }
            return list;
        }
        case kString:
            return std::string(static_cast<const char*>(arg.pointer), arg.count);
        case kDevice:
            return c10::Device(static_cast<c10::DeviceType>(arg.integer), static_cast<c10::DeviceIndex>(arg.count));
        case kGenerator:
            return *static_cast<at::Generator*>(arg.pointer);
    }
    TORCH_CHECK(false, "Unknown argument tag ", static_cast<int>(arg.tag));
}

void fromIValue(c10::IValue& value, Arg& result) {
    result.count = 0;
    result.integer = 0;
    if (value.isTensor()) {
        result.tag = kTensor;
        result.pointer = release(std::move(value).toTensor());
    } else if (value.isInt()) {
        result.tag = kInt;
        result.integer = value.toInt();
    } else if (value.isDouble()) {
        result.tag = kDouble;
        result.number = value.toDouble();
    } else if (value.isBool()) {
        result.tag = kBool;
        result.integer = value.toBool();
    } else if (value.isTensorList()) {
        auto list = value.toTensorVector();
        auto pointers = static_cast<void**>(std::malloc(sizeof(void*) * (list.size() + 1)));
        for (size_t i = 0; i < list.size(); i++) {
            pointers[i] = release(std::move(list[i]));
        }
        result.tag = kTensorList;
        result.pointer = pointers;
        result.count = static_cast<int32_t>(list.size());
    } else if (value.isComplexDouble()) {
        auto number = value.toComplexDouble();
        auto parts = static_cast<double*>(std::malloc(sizeof(double) * 2));
        parts[0] = number.real();
        parts[1] = number.imag();
        result.tag = kComplex;
        result.pointer = parts;
    } else {
        result.tag = kNone;
    }
}

std::vector<at::Tensor> borrowAll(void* const* tensors, int32_t count) {
    std::vector<at::Tensor> list;
    list.reserve(count);
    for (int32_t i = 0; i < count; i++) {
        list.push_back(borrow(tensors[i]));
    }
    return list;
}

}  // namespace

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

EXPORT int ts_set_requires_grad(void* tensor, int requires) {
    return guarded([&] { borrow(tensor).set_requires_grad(requires != 0); });
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
