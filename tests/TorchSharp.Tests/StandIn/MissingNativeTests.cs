using System.Reflection;
using System.Runtime.Loader;

namespace TorchSharp.Tests.StandIn;

public sealed class MissingNativeTests
{
    [Fact]
    public void FirstOperator_NativePartNotThere_SaysWhatIsMissingAndHowToGetIt()
    {
        // A second copy of the assembly in a folder of its own, without the native library beside it.
        var folder = Directory.CreateTempSubdirectory("torchsharp-alone-");
        var context = new AssemblyLoadContext("alone", isCollectible: true);
        try
        {
            var copy = Path.Combine(folder.FullName, "TorchSharp.dll");
            File.Copy(typeof(torch).Assembly.Location, copy);
            var alone = context.LoadFromAssemblyPath(copy).GetType("TorchSharp.torch")!;
            var exception = Assert.Throws<TargetInvocationException>(
                () => alone.GetMethod("get_num_threads")!.Invoke(null, null));
            var message = Assert.IsType<DllNotFoundException>(exception.InnerException).Message;
            Assert.Contains(Path.Combine(folder.FullName, "libtorch_operators.so"), message);
            Assert.Contains("apt-get install -y libtorch-dev g++ libopenblas0-pthread", message);
        }
        finally
        {
            context.Unload();
            folder.Delete(recursive: true);
        }
    }
}
