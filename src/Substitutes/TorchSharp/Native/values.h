// What crosses the border to C#: operator arguments and results, borrowed and owned tensors, exceptions as messages.
#pragma once

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

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
