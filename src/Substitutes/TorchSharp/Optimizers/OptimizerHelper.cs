using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

/// <summary>What every optimizer shares: groups, the state of each parameter, and how both are saved.</summary>
public abstract class OptimizerHelper : Optimizer
{
    protected OptimizerOptions _defaults = null!;
    protected Dictionary<nint, OptimizerState> _state = [];

    public void save_state_dict(string location)
    {
        using var stream = File.Create(location);
        using var writer = new BinaryWriter(stream);
        save_state_dict(writer);
    }

    public void load_state_dict(string location)
    {
        using var stream = File.OpenRead(location);
        using var reader = new BinaryReader(stream);
        load_state_dict(reader);
    }

    public void save_state_dict(BinaryWriter writer)
    {
        writer.Write(GetType().Name);
        var current = state_dict();
        writer.Encode(current.Options.Count);
        writer.Encode(current.State.Count);
        foreach (var options in current.Options)
        {
            options.SaveStateDict(writer);
        }

        foreach (var state in current.State)
        {
            state.SaveStateDict(writer);
        }
    }

    public void load_state_dict(BinaryReader reader)
    {
        var name = reader.ReadString();
        if (name != GetType().Name)
        {
            throw new InvalidDataException(
                $"Mismatched optimizer type: expected '{GetType().Name}', but found '{name}' in the loaded stream.");
        }

        var current = state_dict();
        RequireSame("parameter groups", current.Options.Count, reader.Decode());
        RequireSame("states", current.State.Count, reader.Decode());
        foreach (var options in current.Options)
        {
            options.LoadStateDict(reader);
        }

        foreach (var state in current.State)
        {
            state.LoadStateDict(reader);
        }
    }

    public virtual void load_state_dict(StateDictionary state_dict)
    {
        var current = this.state_dict();
        RequireSame("parameter groups", current.Options.Count, state_dict.Options.Count);
        RequireSame("states", current.State.Count, state_dict.State.Count);
        for (var i = 0; i < current.Options.Count; i++)
        {
            if (!ReferenceEquals(current.Options[i], state_dict.Options[i]))
            {
                current.Options[i].LoadStateDict(state_dict.Options[i]);
            }
        }

        for (var i = 0; i < current.State.Count; i++)
        {
            if (!ReferenceEquals(current.State[i], state_dict.State[i]))
            {
                current.State[i].LoadStateDict(state_dict.State[i]);
            }
        }
    }

    public virtual StateDictionary state_dict()
    {
        var current = new StateDictionary();
        foreach (var group in _parameter_groups)
        {
            current.Options.Add(group.Options);
            current.State.AddRange(group.Parameters.Select(parameter => _state[parameter.Handle]));
        }

        return current;
    }

    public void to(Device device)
    {
        foreach (var state in _state.Values)
        {
            state.to(device);
        }
    }

    public override void add_param_group(ParamGroup param_group)
    {
        param_group.Parameters = [.. param_group.Parameters];
        CompleteOptions(param_group);
        param_group.Options.InitialLearningRate = param_group.Options.LearningRate!.Value;
        _parameter_groups.Add(param_group);
        using var off = no_grad();
        foreach (var parameter in param_group.Parameters)
        {
            _state[parameter.Handle] = CreateState(parameter, param_group.Options);
        }
    }

    // Every option that the group leaves open takes the optimizer's own value.
    private protected abstract void CompleteOptions(ParamGroup group);

    private protected abstract OptimizerState CreateState(Parameter parameter, OptimizerOptions options);

    protected Tensor? _step<T>(Action<T> body, Func<Tensor>? loss_closure = null)
        where T : ParamGroup
    {
        Tensor? loss = null;
        if (loss_closure is not null)
        {
            using var on = enable_grad();
            loss = loss_closure();
        }

        using var off = no_grad();
        foreach (var group in _parameter_groups)
        {
            using var scope = NewDisposeScope();
            body((T)group);
        }

        return loss;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var state in _state.Values)
            {
                (state as IDisposable)?.Dispose();
            }

            _state.Clear();
        }

        base.Dispose(disposing);
    }

    private static void RequireSame(string what, long expected, long found)
    {
        if (expected != found)
        {
            throw new ArgumentException(
                $"Invalid optimizer state -- different number of {what}: expected {expected}, found {found}.");
        }
    }
}

public class ParamGroup : ILearningRateController
{
    public ParamGroup()
    {
    }

    public ParamGroup(IEnumerable<Parameter> parameters) => Parameters = parameters;

    public IEnumerable<Parameter> Parameters { get; set; } = [];

    public OptimizerOptions Options { get; set; } = null!;

    public double LearningRate
    {
        get => Options.LearningRate!.Value;
        set => Options.LearningRate = value;
    }

    public double InitialLearningRate
    {
        get => Options.InitialLearningRate;
        set => Options.InitialLearningRate = value;
    }
}

public class ParamGroup<TOptions> : ParamGroup
    where TOptions : OptimizerOptions
{
    public ParamGroup()
    {
    }

    public ParamGroup(IEnumerable<Parameter> parameters, TOptions? options = null)
        : base(parameters) => Options = options!;

    public new TOptions Options
    {
        get => (TOptions)base.Options;
        set => base.Options = value;
    }
}

public class OptimizerOptions
{
    public double? LearningRate { get; set; }

    public double InitialLearningRate { get; set; }

    public virtual void SaveStateDict(BinaryWriter writer)
    {
        writer.Write(InitialLearningRate);
        writer.Write(LearningRate!.Value);
    }

    public virtual void LoadStateDict(BinaryReader reader)
    {
        InitialLearningRate = reader.ReadDouble();
        LearningRate = reader.ReadDouble();
    }

    public virtual void LoadStateDict(OptimizerOptions source)
    {
        InitialLearningRate = source.InitialLearningRate;
        LearningRate = source.LearningRate;
    }
}

public abstract class OptimizerState(Parameter parameter)
{
    public Parameter Parameter { get; } = parameter;

    public abstract void LoadStateDict(BinaryReader reader);

    public abstract void SaveStateDict(BinaryWriter writer);

    public abstract void LoadStateDict(OptimizerState source);

    public virtual void to(Device device)
    {
    }

    public virtual bool ApproximatelyEquals(OptimizerState other) => false;

    public virtual void Initialize(OptimizerOptions options)
    {
    }

    // State outlives the scope in which an optimizer happens to be made.
    private protected static Tensor Like(Tensor parameter) => zeros_like(parameter).DetachFromDisposeScope();

    private protected static void Move(ref Tensor? tensor, Device device)
    {
        if (tensor is not null)
        {
            using var previous = tensor;
            tensor = previous.to(device, copy: true).DetachFromDisposeScope();
        }
    }

    private protected static void SaveOptional(BinaryWriter writer, Tensor? tensor)
    {
        writer.Write(tensor is not null);
        tensor?.Save(writer);
    }

    private protected static void LoadOptional(BinaryReader reader, ref Tensor? tensor, Tensor like)
    {
        if (reader.ReadBoolean())
        {
            tensor ??= Like(like);
            tensor.Load(reader);
            return;
        }

        tensor?.Dispose();
        tensor = null;
    }

    // A copy: two optimizers must never change the same state.
    private protected static void CopyOptional(ref Tensor? target, Tensor? source, Tensor like)
    {
        if (source is null)
        {
            target?.Dispose();
            target = null;
            return;
        }

        using var off = no_grad();
        target ??= Like(like);
        target.copy_(source);
    }

    private protected static bool Close(Tensor? left, Tensor? right) =>
        left is null || right is null ? left is null && right is null : left.allclose(right);
}
