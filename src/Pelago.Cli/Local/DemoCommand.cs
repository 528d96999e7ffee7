// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;

namespace Pelago.Cli.Local;

internal static class DemoCommand
{
    public static Command Build() => new Command("demo", "Start three clusters, put something on them and take a tour").WithExamples("pelago demo");
}
