// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.SchemaGen;

if (args is not [string overlayFolder, string documentation, string output])
{
    Console.Error.WriteLine("usage: Pelago.SchemaGen OVERLAY-FOLDER DOCUMENTATION.XML OUTPUT-FOLDER");
    return 2;
}

try
{
    IReadOnlyList<OverlayDefinition> overlay = OverlayReader.ReadFolder(overlayFolder);
    ModelDefinition[] definitions = new ModelBinder(overlay).Bind();
    Directory.CreateDirectory(output);
    DefinitionsWriter.Write(definitions, Path.Combine(output, "definitions.json.gz"));
    DescriptionsWriter.Write(definitions, documentation, Path.Combine(output, "descriptions.json.gz"));
    return 0;
}
catch (OverlayException wrong)
{
    Console.Error.WriteLine($"{wrong.Place} : error PSG001: {wrong.Message}");
    return 1;
}
