namespace TorchSharp;

/// <summary>The stack of dispose scopes of one thread.</summary>
public class DisposeScopeManager
{
    [ThreadStatic]
    private static DisposeScopeManager? t_instance;

    internal static DisposeScopeManager ThreadSingleton => t_instance ??= new DisposeScopeManager();

    internal Stack<DisposeScope> DisposeScopeStack { get; } = new();

    internal ThreadDisposeScopeStatistics StatisticsInstance { get; } = new();

    public static ThreadDisposeScopeStatistics Statistics => ThreadSingleton.StatisticsInstance;

    internal static DisposeScope NewDisposeScope()
    {
        var manager = ThreadSingleton;
        var scope = new DisposeScope(manager);
        manager.DisposeScopeStack.Push(scope);
        return scope;
    }

    internal DisposeScope? RegisterOnCurrentDisposeScope(IDisposable disposable)
    {
        if (!DisposeScopeStack.TryPeek(out var current))
        {
            StatisticsInstance.CreatedOutsideScopeCount++;
            return null;
        }

        StatisticsInstance.CreatedInScopeCount++;
        current.Include(disposable);
        return current;
    }

    internal void RemoveDisposeScope(DisposeScope scope)
    {
        // Scopes close innermost first; one that is closed out of order takes its inner ones off the stack with it.
        while (DisposeScopeStack.TryPop(out var top) && !ReferenceEquals(top, scope))
        {
        }
    }
}
