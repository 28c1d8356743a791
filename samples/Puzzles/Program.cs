return Desk.Run(args, Console.Out, Console.Error);
