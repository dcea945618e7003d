namespace EdgeRestore.Networks.Blocks;

/// <summary>Convolutions and linear layers with PyTorch's parameter names and initial distributions.</summary>
internal static class Layers
{
    public static TValue Conv1x1<TValue>(
        IReading<TValue> r, string name, long inputs, long outputs, TValue x, bool bias)
        where TValue : class =>
        Conv(r, name, inputs, outputs, 1, x, bias);

    public static TValue Conv3x3<TValue>(
        IReading<TValue> r, string name, long inputs, long outputs, TValue x, int stride = 1)
        where TValue : class =>
        Conv(r, name, inputs, outputs, 3, x, bias: true, stride, padding: 1);

    public static TValue Conv<TValue>(
        IReading<TValue> r,
        string name,
        long inputs,
        long outputs,
        int kernel,
        TValue x,
        bool bias,
        int stride = 1,
        int padding = 0)
        where TValue : class
    {
        var initialization = Initialization.FanIn(inputs * kernel * kernel);
        var weight = r.Parameter($"{name}.weight", [outputs, inputs, kernel, kernel], initialization);
        return r.Conv2d(
            x, weight, bias ? r.Parameter($"{name}.bias", [outputs], initialization) : null, stride, padding);
    }

    public static TValue Linear<TValue>(IReading<TValue> r, string name, long inputs, long outputs, TValue x)
        where TValue : class
    {
        var initialization = Initialization.FanIn(inputs);
        return r.Linear(
            x,
            r.Parameter($"{name}.weight", [outputs, inputs], initialization),
            r.Parameter($"{name}.bias", [outputs], initialization));
    }
}
