using System.Reflection;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp.Tests.StandIn;

/// <summary>
/// Calls every public member that works on tensors with plausible arguments. libtorch may refuse the values; what must
/// not
/// happen is that the call never reaches the operator because its arguments do not fit the operator's schema.
/// </summary>
public sealed class EveryMemberTests
{
    private static readonly string[] SchemaComplaints =
    [
        "INTERNAL ASSERT", "arguments, got", "needs argument", "Could not find schema", "Couldn't find",
            "Unknown argument tag",
        "Expected type hint", "Tried to cast",
    ];

    // Not about tensors' values: files, threads, devices and disposal.
    private static readonly HashSet<string> Skipped =
    [
        "Dispose", "DecoupleFromNativeHandle", "cuda", "save", "load", "print", "set_num_threads",
            "set_num_interop_threads",
        "no_grad", "enable_grad", "set_grad_enabled", "inference_mode", "NewDisposeScope", "manual_seed",
            "set_default_dtype",
        "set_default_device", "set_printoptions", "pin_memory", "cholesky",
        "UnsafeCreateTensor", "use_deterministic_algorithms", "set_", "set_rng_state", "is_pinned",
    ];

    public static TheoryData<string> Owners => ["Tensor", "torch", "functional", "fft", "linalg", "special", "init"];

    [Theory]
    [MemberData(nameof(Owners))]
    public void Members_CalledWithPlausibleArguments_ReachTheirOperator(string owner)
    {
        var type = owner switch
        {
            "Tensor" => typeof(Tensor),
            "torch" => typeof(torch),
            "functional" => typeof(nn.functional),
            "fft" => typeof(fft),
            "linalg" => typeof(linalg),
            "special" => typeof(special),
            _ => typeof(nn.init),
        };
        var methods = type.GetMethods(
            BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(method => !method.IsGenericMethod && !Skipped.Contains(method.Name)
                && (method.Name.StartsWith("op_", StringComparison.Ordinal) || !method.IsSpecialName)).ToList();
        var complaints = new List<string>();
        var called = 0;
        foreach (var method in methods)
        {
            using var scope = NewDisposeScope();
            using var off = no_grad();
            if (method.GetParameters().Any(parameter => Plausible(parameter) is Unknown))
            {
                continue;
            }

            called++;
            try
            {
                method.Invoke(method.IsStatic ? null : Example(), [.. method.GetParameters().Select(Plausible)]);
            }
            catch (TargetInvocationException exception) when (exception.InnerException is ExternalException inner)
            {
                if (SchemaComplaints.Any(complaint => inner.Message.Contains(complaint, StringComparison.Ordinal)))
                {
                    complaints.Add($"{method}: {inner.Message}");
                }
            }
            catch (TargetInvocationException exception) when (exception.InnerException is ArgumentException
                or InvalidOperationException or NotImplementedException or NotSupportedException)
            {
                // Refused before libtorch was asked, with a reason.
            }
        }

        Assert.True(called >= methods.Count / 2, $"Only {called} of {methods.Count} members could be called.");
        Assert.True(complaints.Count == 0, string.Join('\n', complaints));
    }

    private static Tensor Example() => arange(1, 13, dtype: float32).reshape(1, 3, 2, 2) / 13;

    private static object? Plausible(ParameterInfo parameter)
    {
        if (parameter.HasDefaultValue)
        {
            return parameter.DefaultValue is null || parameter.ParameterType.IsInstanceOfType(parameter.DefaultValue)
                ? parameter.DefaultValue
                : Nullable.GetUnderlyingType(parameter.ParameterType) is { IsEnum: true } nullable
                    ? Enum.ToObject(nullable, parameter.DefaultValue)
                    : parameter.ParameterType.IsEnum
                        ? Enum.ToObject(parameter.ParameterType, parameter.DefaultValue)
                        : Type.Missing;
        }

        return parameter.ParameterType switch
        {
            var type when type == typeof(Tensor) => parameter.Name is "index" or "indices" or "indexes" or "repeats"
                ? zeros([1, 3, 2, 2], int64)
                : parameter.Name is "mask" or "condition" ? ones([1, 3, 2, 2], @bool) : Example(),
            var type when type == typeof(Scalar) => (Scalar)0.5,
            var type when type == typeof(long) || type == typeof(long?) => 1L,
            var type when type == typeof(int) || type == typeof(int?) => 1,
            var type when type == typeof(double) || type == typeof(double?) => 0.5,
            var type when type == typeof(float) => 0.5f,
            var type when type == typeof(bool) => true,
            var type when type == typeof(string) => "ij,jk->ik",
            var type when type == typeof(long[]) => new long[] { 1 },
            var type when type == typeof(ScalarType) => float32,
            var type when type == typeof(Tensor[]) => new[] { Example(), Example() },
            var type when type.IsAssignableFrom(typeof(List<Tensor>)) && type != typeof(object) =>
                new List<Tensor> { Example(), Example() },
            var type when type == typeof((long, long)) => (1L, 1L),
            _ => new Unknown(),
        };
    }

    private sealed class Unknown;
}
