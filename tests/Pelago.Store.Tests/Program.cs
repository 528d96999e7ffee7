// SPDX-License-Identifier: Apache-2.0

using Pelago.Store.Tests.Crash;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Pelago.Store.Tests;

/// <summary>The test runner; or, for the crash tests, the process that writes until it is killed.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args)
    {
        if (args is [CrashWriter.Argument, var stateFile])
            return CrashWriter.RunAsync(stateFile);
        return args.Contains("--server") || args.Contains("--internal-msbuild-node")
            ? TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : ConsoleRunner.Run(args);
    }
}
