using System.Reflection;

namespace Zepto.Http.Hosting;

/// <summary>Loads code before it is needed: a process that has run out of descriptors can open no file any more, that of an assembly neither.</summary>
internal static class AssemblyLoading
{
    /// <summary>Loads an assembly's references, and theirs.</summary>
    public static void LoadReferencesOf(Assembly root)
    {
        HashSet<string> seen = [];
        Queue<Assembly> pending = new([root]);
        while (pending.TryDequeue(out Assembly? assembly))
        {
            foreach (AssemblyName reference in assembly.GetReferencedAssemblies())
            {
                if (!seen.Add(reference.FullName)) continue;
                try
                {
                    pending.Enqueue(Assembly.Load(reference));
                }
                catch (IOException)
                {
                    // Named by a library for a case that is not ours; what the server itself needs is beside it.
                }
            }
        }
    }
}
