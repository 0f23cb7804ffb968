import "reflect-metadata";
import { Controller, Get, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { Migrations, MigrationsModule } from "./migrations.module.js";

@Controller()
export class HomeController {
  constructor(private readonly migrations: Migrations) {}

  @Get()
  home(): string {
    return `migrations: ${this.migrations.result}\n`;
  }
}

@Module({ imports: [MigrationsModule], controllers: [HomeController] })
export class AppModule {}

const { PORT = "3000" } = process.env;
void NestFactory.create(AppModule)
  .then((app) => app.listen(Number(PORT)))
  .then(() => console.log(`listening on ${PORT}`));
