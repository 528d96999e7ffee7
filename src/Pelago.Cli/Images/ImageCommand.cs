// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Cli.Images.Building;

namespace Pelago.Cli.Images;

/// <summary><c>pelago image</c>: the images of the nodes whose pods are containers.</summary>
internal static class ImageCommand
{
    public static Command Build()
    {
        var command = new Command("image", "The images on the nodes of a cluster").WithExamples("""
            pelago image import app.tar        what docker save, buildah or skopeo wrote
            pelago image ls
            pelago image rm app:1.2
            pelago image pull registry.example.com/team/app:1.2
            """);
        command.Subcommands.Add(BuildCommand.Build());
        command.Subcommands.Add(ImportCommand.Build());
        command.Subcommands.Add(ListCommand.Build());
        command.Subcommands.Add(RemoveCommand.Build());
        command.Subcommands.Add(PullCommand.Build());
        return command;
    }
}
