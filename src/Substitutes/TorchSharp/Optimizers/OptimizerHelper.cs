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
        param_group.Options ??= CreateOptions();
        param_group.Options.CompleteFrom(_defaults);
        param_group.Options.InitialLearningRate = param_group.Options.LearningRate!.Value;
        _parameter_groups.Add(param_group);
        using var off = no_grad();
        foreach (var parameter in param_group.Parameters)
        {
            var state = CreateState(parameter);
            state.Initialize(param_group.Options);
            _state[parameter.Handle] = state;
        }
    }

    public override Tensor? step(Func<Tensor>? closure = null) => _step<ParamGroup>(
        group =>
        {
            foreach (var parameter in group.Parameters)
            {
                using var gradient = parameter.grad;
                if (gradient is not null)
                {
                    Update(parameter, gradient, _state[parameter.Handle], group.Options);
                }
            }
        },
        closure);

    private protected abstract OptimizerOptions CreateOptions();

    private protected abstract OptimizerState CreateState(Parameter parameter);

    // One step of one parameter, without recording gradients, inside a scope that lets go of what it makes.
    private protected abstract void Update(
        Parameter parameter, Tensor gradient, OptimizerState state, OptimizerOptions options);

    private protected void Begin(OptimizerOptions defaults, double lr, IEnumerable<ParamGroup> groups)
    {
        Require(lr >= 0, $"Invalid learning rate: {lr}");
        (defaults.LearningRate, defaults.InitialLearningRate) = (lr, lr);
        _defaults = defaults;
        foreach (var group in groups)
        {
            add_param_group(group);
        }
    }

    private protected static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new ArgumentException(message);
        }
    }

    // The gradient with its sign turned to maximize, and with L2 decay added.
    private protected static Tensor Direction(
        Tensor gradient, Parameter parameter, double decay, bool maximize = false)
    {
        var direction = maximize ? gradient.neg() : gradient;
        return decay == 0 ? direction : direction.add(parameter, alpha: decay);
    }

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
                state.Dispose();
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
        EachField(new OptimizerFields.Write(writer), this);
    }

    public virtual void LoadStateDict(BinaryReader reader)
    {
        InitialLearningRate = reader.ReadDouble();
        LearningRate = reader.ReadDouble();
        EachField(new OptimizerFields.Read(reader), this);
    }

    public virtual void LoadStateDict(OptimizerOptions source)
    {
        InitialLearningRate = source.InitialLearningRate;
        LearningRate = source.LearningRate;
        EachField(new OptimizerFields.Copy(), source);
    }

    // Every option that is left open takes the optimizer's own value.
    internal void CompleteFrom(OptimizerOptions defaults)
    {
        LearningRate ??= defaults.LearningRate;
        EachField(new OptimizerFields.Fill(), defaults);
    }

    private protected virtual void EachField(OptimizerFields fields, OptimizerOptions source)
    {
    }
}

public abstract class OptimizerState(Parameter parameter) : IDisposable
{
    public Parameter Parameter { get; } = parameter;

    public virtual void LoadStateDict(BinaryReader reader) => EachField(new OptimizerFields.Read(reader), this);

    public virtual void SaveStateDict(BinaryWriter writer) => EachField(new OptimizerFields.Write(writer), this);

    public virtual void LoadStateDict(OptimizerState source) => EachField(new OptimizerFields.Copy(), source);

    public virtual void to(Device device) => EachField(new OptimizerFields.Move(device), this);

    public virtual bool ApproximatelyEquals(OptimizerState other)
    {
        if (other.GetType() != GetType())
        {
            return false;
        }

        var compare = new OptimizerFields.Compare();
        EachField(compare, other);
        return compare.AreEqual;
    }

    public virtual void Initialize(OptimizerOptions options)
    {
    }

    public void Dispose() => EachField(new OptimizerFields.Release(), this);

    private protected virtual void EachField(OptimizerFields fields, OptimizerState source)
    {
    }

    private protected static Tensor Like(Tensor parameter) => OptimizerFields.Like(parameter);
}
