// SPDX-License-Identifier: Apache-2.0

using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Pelago.History.Tests;

/// <summary>The test runner; or, for the crash test, the process that records until it is killed.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args)
    {
        if (args is [CrashRecorder.Argument, var directory, var first])
            return CrashRecorder.RunAsync(directory, int.Parse(first));
        return args.Contains("--server") || args.Contains("--internal-msbuild-node")
            ? TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : ConsoleRunner.Run(args);
    }
}
